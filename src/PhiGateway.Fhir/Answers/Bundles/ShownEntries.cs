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
    private readonly HashSet<ResourceName> _looseTargets = [];
    private readonly HashSet<ResourceName> _ofHidden = [];
    private readonly IncludeRule[] _rules;

    /// <param name="parameters">What the search asked to be included.</param>
    /// <param name="isAround">All that lies around one resource was asked for.</param>
    public ShownEntries(IReadOnlyList<QueryParameter> parameters, bool isAround = false)
    {
        IsAround = isAround;
        var rules = new List<IncludeRule>();
        foreach (var parameter in parameters)
        {
            if (IsInclude(parameter.Name))
            {
                rules.Add(IncludeRule.Of(parameter));
            }
        }

        _rules = [.. rules];
    }

    /// <summary>Whether a parameter asks for more than the matches.</summary>
    public static bool IsInclude(string name) =>
        name.StartsWith("_include", StringComparison.Ordinal) || name.StartsWith("_revinclude", StringComparison.Ordinal);

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

    /// <summary>Notes an entry that leaves, and what around one resource it refers to.</summary>
    public void Add(ResourceFacts facts, IReadOnlyList<ResourceName> links)
    {
        Add(facts, isMatch: true);
        Expect(links);
    }

    /// <summary>Notes an entry of a search that leaves; what was included brings more along only where that was asked for.</summary>
    /// <param name="facts">The entry's resource.</param>
    /// <param name="links">What it refers to, and by which elements, for a type that <see cref="LeadsOn"/>.</param>
    /// <param name="elements">What leaves of it; null: all.</param>
    /// <param name="isMatch">It was searched for.</param>
    public void Add(ResourceFacts facts, IReadOnlyList<NamedRecord> links, ElementSet? elements, bool isMatch)
    {
        Add(facts, isMatch);
        for (var i = 0; i < links.Count; i++)
        {
            var link = links[i];

            // Whose record it is stands in the open, also where the element does not leave.
            if (elements is not null && link.Name.Type != ResourceType.Patient && !elements.Contains(link.Element))
            {
                continue;
            }

            foreach (var rule in _rules)
            {
                if (!rule.IsReverse && rule.Follows(facts.Type, link))
                {
                    (isMatch || rule.Iterates ? _targets : _looseTargets).Add(link.Name);
                }
            }
        }
    }

    private void Add(ResourceFacts facts, bool isMatch)
    {
        if (facts.Id is null)
        {
            return;
        }

        var name = new ResourceName(facts.Type, facts.Id);
        _shown.Add(name);
        if (isMatch)
        {
            _sources.Add(name);
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
    public bool IsTarget(ResourceName name) => _targets.Contains(name) || _looseTargets.Contains(name);

    /// <summary>Whether what resources of this type refer to may have come along for their sake.</summary>
    public bool LeadsOn(ResourceType type) => Array.Exists(_rules, rule => !rule.IsReverse && rule.IsOf(type));

    /// <summary>Whether what of this type refers to others may have come along for their sake.</summary>
    public bool LeadsBack(ResourceType type) => Array.Exists(_rules, rule => rule.IsReverse && rule.IsOf(type));

    /// <summary>
    /// Whether an entry that leaves refers to this resource by an element that was asked for, or it refers to one in the same way and was asked
    /// for that way round.
    /// </summary>
    /// <param name="type">The resource's type.</param>
    /// <param name="name">Its name; null: it has none.</param>
    /// <param name="links">What it refers to, for a type that <see cref="LeadsBack"/>.</param>
    /// <param name="loosely">
    /// What came along brings more along, whether or not that was asked for: some servers do so, and where every match leaves it tells nothing.
    /// </param>
    public bool IsLinked(ResourceType type, ResourceName? name, IReadOnlyList<NamedRecord> links, bool loosely)
    {
        // What is found by its canonical address is knowledge, not somebody's data.
        if (HasCanonical[type.Index] || (name is { } known && (_targets.Contains(known) || (loosely && _looseTargets.Contains(known)))))
        {
            return true;
        }

        for (var i = 0; i < links.Count; i++)
        {
            var link = links[i];
            foreach (var rule in _rules)
            {
                var from = rule.Iterates || loosely ? _shown : _sources;
                if (rule.IsReverse && rule.Follows(type, link) && from.Contains(link.Name))
                {
                    return true;
                }
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
