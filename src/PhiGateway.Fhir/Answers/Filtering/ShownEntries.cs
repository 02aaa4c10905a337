using PhiGateway.Fhir.Answers.Scanning;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Policy.Decision;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Filtering;

/// <summary>The entries of one page that leave, and what they refer to: what was included must be linked to one of them, or it would tell of a match that stays.</summary>
internal sealed class ShownEntries
{
    private static readonly bool[] HasCanonical = Load();

    private readonly HashSet<ResourceName> _names = [];
    private readonly HashSet<ResourceName> _targets = [];

    /// <summary>Notes an entry that leaves.</summary>
    public void Add(ResourceFacts facts, IReadOnlyList<ResourceName> links)
    {
        if (facts.Id is not null)
        {
            _names.Add(new ResourceName(facts.Type, facts.Id));
        }

        for (var i = 0; i < links.Count; i++)
        {
            _targets.Add(links[i]);
        }
    }

    /// <summary>Whether an entry that leaves refers to this resource, or it refers to one.</summary>
    public bool IsLinked(ResourceFacts facts, IReadOnlyList<ResourceName> links)
    {
        // What is found by its canonical address is knowledge, not somebody's data.
        if (HasCanonical[facts.Type.Index] || (facts.Id is not null && _targets.Contains(new ResourceName(facts.Type, facts.Id))))
        {
            return true;
        }

        for (var i = 0; i < links.Count; i++)
        {
            if (_names.Contains(links[i]))
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
