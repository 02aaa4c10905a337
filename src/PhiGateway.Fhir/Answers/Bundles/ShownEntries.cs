using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
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
    private readonly HashSet<ResourceName> _shown = [];
    private readonly HashSet<ResourceName> _sources = [];
    private readonly HashSet<ResourceName> _targets = [];
    private readonly HashSet<ResourceName> _looseTargets = [];
    private readonly HashSet<ResourceName> _ofHidden = [];
    private readonly IncludeRule[] _rules;

    /// <param name="parameters">What the search asked to be included.</param>
    /// <param name="isAround">All that lies around one resource was asked for.</param>
    private ShownEntries(IReadOnlyList<QueryParameter> parameters, bool isAround)
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

    /// <summary>What remembers it for one answer; null: nothing of it came for the sake of others, or nothing may be withheld.</summary>
    /// <param name="work">What the filtering of the answer shares.</param>
    /// <param name="request">What was asked; null for a Bundle inside another answer.</param>
    /// <param name="kind">The Bundle's kind.</param>
    /// <param name="isPaged">Matches go to a page of the client's.</param>
    public static ShownEntries? For(AnswerWork work, FhirRequest? request, BundleKind kind, bool isPaged)
    {
        if (request is null || !(isPaged || work.Options.HoldsIncluded))
        {
            return null;
        }

        var isAround = work.Options.HoldsIncluded && IsOfRecords(request, kind);
        if (!isAround && !request.Parameters.Any(static parameter => IsInclude(parameter.Name)))
        {
            return null;
        }

        var asked = request.Parts.Where(static part => part is { Role: PartRole.Target, Interaction: Interaction.SearchType });
        var records = asked.Where(static part => !RecordNames.IsNobodys(part.Type)).ToList();
        var isEverything = isAround && request is { Operation: "$everything", Parts.Count: > 0 };
        return new ShownEntries(work.Options.Includes ?? request.Parameters, isAround)
        {
            // Where no records were asked for at all, none of them is seen: that is as narrow as it gets.
            IsNarrowed =
                isEverything
                && (records.Count == 0 || !records.TrueForAll(part => part.IsWildcard && work.Policy.Types.Contains(part.Type))),
            IsOfNone = isEverything && !records.Exists(part => work.Policy.Types.Contains(part.Type)),
            Addresses = work.Policy.Types.Intersect(CanonicalNames.Types).IsEmpty ? null : new ShownAddresses(),
        };
    }

    // What an operation puts together of somebody's records, with what these name. What is looked for among them, or counted, is no such.
    private static bool IsOfRecords(FhirRequest request, BundleKind kind) =>
        request.Operation == "$everything"
        || (
            request is { Interaction: Interaction.Operation, Operation: not ("$lastn" or "$match" or "$find") }
            && kind is BundleKind.SearchSet or BundleKind.Collection
        );

    /// <summary>Whether a parameter asks for more than the matches.</summary>
    public static bool IsInclude(string name) =>
        name.StartsWith("_include", StringComparison.Ordinal) || name.StartsWith("_revinclude", StringComparison.Ordinal);

    /// <summary>All that lies around one resource was asked for: what is nobody's came along for the sake of the rest.</summary>
    public bool IsAround { get; }

    /// <summary>What is looked at is not all that there is: what refers to an entry may stand on another page.</summary>
    public bool IsPartial { get; set; }

    /// <summary>The server has other pages: what stands on them is not known here, neither what leaves nor what stays.</summary>
    public bool IsOfPages { get; set; }

    /// <summary>
    /// Not all records that lie around were asked for, or what leaves of them is not all: what is nobody's may have come for the sake of
    /// what is not seen here.
    /// </summary>
    public bool IsNarrowed { get; set; }

    /// <summary>No record of anybody was asked for that could leave: nothing on another page is why something came along.</summary>
    public bool IsOfNone { get; init; }

    /// <summary>The canonical addresses that stand in what leaves; null: nothing that is known by one may leave.</summary>
    public ShownAddresses? Addresses { get; init; }

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
    /// <param name="name">Its name; null: it has none.</param>
    /// <param name="addresses">What it is named by beside references.</param>
    public bool IsOfHidden(ResourceName? name, IReadOnlyList<string> addresses) =>
        (name is { } known && _ofHidden.Contains(known)) || Addresses?.IsOfHidden(addresses) == true;

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

    /// <summary>Notes the addresses that stand in an entry that leaves.</summary>
    /// <param name="type">The entry's type.</param>
    /// <param name="addresses">What it names by an address, and by which elements.</param>
    /// <param name="elements">What leaves of it; null: all.</param>
    /// <param name="isMatch">It was searched for.</param>
    public void Add(ResourceType type, IReadOnlyList<NamedAddress> addresses, ElementSet? elements, bool isMatch)
    {
        foreach (var named in addresses)
        {
            if (elements?.Contains(named.Element) == false)
            {
                _ = IsAround && Addresses!.AddHidden(named.Address);
                continue;
            }

            if (IsAround)
            {
                Addresses!.Add(named.Address, loosely: false);
                continue;
            }

            foreach (var rule in _rules)
            {
                if (!rule.IsReverse && rule.FollowsAddresses(type, named.Element))
                {
                    Addresses!.Add(named.Address, loosely: !isMatch && !rule.Iterates);
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
    /// <param name="addresses">What it is named by beside references; empty for what is not known by an address.</param>
    /// <param name="links">What it refers to, for a type that <see cref="LeadsBack"/>.</param>
    /// <param name="loosely">
    /// What came along brings more along, whether or not that was asked for: some servers do so, and where every match leaves it tells nothing.
    /// </param>
    public bool IsLinked(
        ResourceType type,
        ResourceName? name,
        IReadOnlyList<string> addresses,
        IReadOnlyList<NamedRecord> links,
        bool loosely
    )
    {
        if (name is { } known && (_targets.Contains(known) || (loosely && _looseTargets.Contains(known))))
        {
            return true;
        }

        if (Addresses?.IsNamed(addresses, loosely) == true)
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
}
