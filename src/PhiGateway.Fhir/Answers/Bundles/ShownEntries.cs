using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Remembers which entries of one page leave and what they refer to. An included entry leaves only when one of them links to it, or it
/// would tell of a match that stays. So does, of what lies around one resource (<c>$everything</c>), what is nobody's.
/// </summary>
internal sealed class ShownEntries
{
    private static readonly bool[] HasCanonical = Load();

    private readonly HashSet<ResourceName> _shown = [];
    private readonly HashSet<ResourceName> _sources = [];
    private readonly HashSet<ResourceName> _targets = [];
    private readonly HashSet<ResourceName> _ofHidden = [];
    private readonly HashSet<string> _reverse = new(StringComparer.Ordinal);
    private readonly bool _iterates;

    /// <param name="parameters">What the search asked to be included.</param>
    /// <param name="isAround">All that lies around one resource was asked for.</param>
    public ShownEntries(IReadOnlyList<QueryParameter> parameters, bool isAround = false)
    {
        IsAround = isAround;
        _iterates = isAround;
        foreach (var (name, value) in parameters)
        {
            if (name.StartsWith("_revinclude", StringComparison.Ordinal))
            {
                _reverse.Add(value.Split(':')[0]);
            }

            _iterates |= name.EndsWith(":iterate", StringComparison.Ordinal) || name.EndsWith(":recurse", StringComparison.Ordinal);
        }
    }

    /// <summary>All that lies around one resource was asked for: what is nobody's came along for the sake of the rest.</summary>
    public bool IsAround { get; }

    /// <summary>What is looked at is not all that there is: what refers to an entry may stand on another page.</summary>
    public bool IsPartial { get; set; }

    /// <summary>Notes what an entry refers to that must stay.</summary>
    public void AddHidden(IReadOnlyList<ResourceName> links)
    {
        for (var i = 0; i < links.Count; i++)
        {
            AddHidden(links[i]);
        }
    }

    /// <summary>Notes one of them; whether that was news.</summary>
    public bool AddHidden(ResourceName link) => _ofHidden.Add(link);

    /// <summary>Whether an entry that must stay refers to this resource.</summary>
    public bool IsOfHidden(ResourceName? name) => name is { } known && _ofHidden.Contains(known);

    /// <summary>Notes an entry that leaves; what was included brings more along only where that was asked for.</summary>
    public void Add(ResourceFacts facts, IReadOnlyList<ResourceName> links, bool isMatch)
    {
        if (facts.Id is not null)
        {
            _shown.Add(new ResourceName(facts.Type, facts.Id));
        }

        if (!isMatch && !_iterates)
        {
            return;
        }

        if (facts.Id is not null)
        {
            _sources.Add(new ResourceName(facts.Type, facts.Id));
        }

        for (var i = 0; i < links.Count; i++)
        {
            _targets.Add(links[i]);
        }
    }

    /// <summary>Notes what an entry refers to that leaves with a page to come.</summary>
    public void Expect(IReadOnlyList<ResourceName> links)
    {
        for (var i = 0; i < links.Count; i++)
        {
            _targets.Add(links[i]);
        }
    }

    /// <summary>Whether it leaves already: another page of the upstream included it too.</summary>
    public bool Holds(ResourceName? name) => name is { } known && _shown.Contains(known);

    /// <summary>Whether an entry that leaves refers to what has this name.</summary>
    public bool IsTarget(ResourceName name) => _targets.Contains(name);

    /// <summary>Whether what has this name leaves, and brings along what refers to it.</summary>
    public bool IsSource(ResourceName name) => _sources.Contains(name);

    /// <summary>
    /// Whether an entry that leaves refers to this resource, or it refers to one and is of a type that was asked for that way round.
    /// </summary>
    /// <param name="type">The resource's type.</param>
    /// <param name="name">Its name; null: it has none.</param>
    /// <param name="links">What it refers to.</param>
    public bool IsLinked(ResourceType type, ResourceName? name, IReadOnlyList<ResourceName> links)
    {
        // What is found by its canonical address is knowledge, not somebody's data.
        if (HasCanonical[type.Index] || (name is { } known && _targets.Contains(known)))
        {
            return true;
        }

        for (var i = 0; i < links.Count && (_reverse.Contains(type.Name) || _reverse.Contains("*")); i++)
        {
            if (_sources.Contains(links[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool[] Load()
    {
        var known = new bool[ResourceType.IndexCount];
        foreach (var type in ResourceType.All)
        {
            known[type.Index] = SearchGrammar.TryFind(type, "url", out var parameter) && parameter.Kind == SearchParameterKind.Uri;
        }

        return known;
    }
}
