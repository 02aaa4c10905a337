using System.Collections.Concurrent;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>
/// One use case with its agreement and organization, compiled once for all its clients; immutable but for memoised unions.
/// </summary>
internal sealed class UseCaseEntry
{
    // Unions of elements and joined rule names per set of grants: few, and the same for the same set, so racing writers agree.
    private readonly ConcurrentDictionary<GrantSet, ElementSet> _elements = new();
    private readonly ConcurrentDictionary<GrantSet, string> _rules = new();

    internal required UseCase UseCase { get; init; }

    internal Agreement? Agreement { get; init; }

    internal Organization? Organization { get; init; }

    internal required GrantRule[] Grants { get; init; }

    internal required string[] Tenants { get; init; }

    internal required PurposeOfUse[] Purposes { get; init; }

    /// <summary>What is asked of the sign-in behind a token; null: nothing.</summary>
    internal StepUpEntry? StepUp { get; init; }

    /// <summary>Path of the first thing that contradicts itself; null when all is well.</summary>
    internal string? Contradiction { get; init; }

    /// <summary>Path of a document that the use case refers to and a newer version wrote; null when all are understood.</summary>
    internal string? NotUnderstood { get; init; }

    /// <summary>Hash of the use case's share of the approval fingerprint.</summary>
    internal required string Fingerprint { get; init; }

    /// <summary>Doors of use case, agreement and organization.</summary>
    internal required PathDoor[] Doors { get; init; }

    /// <summary>What any of these grants lets out; the same object for the same grants.</summary>
    internal ElementSet ElementsOf(GrantSet grants)
    {
        if (grants.IsSingle)
        {
            return Grants[grants.First].Elements;
        }

        return _elements.TryGetValue(grants, out var known) ? known : _elements.GetOrAdd(grants, UnionOf(grants));
    }

    /// <summary>The names of these grants, joined by <c>+</c>.</summary>
    internal string RuleOf(GrantSet grants)
    {
        if (grants.IsSingle)
        {
            return Grants[grants.First].Rule;
        }

        return _rules.TryGetValue(grants, out var known) ? known : _rules.GetOrAdd(grants, JoinOf(grants));
    }

    private ElementSet UnionOf(GrantSet grants)
    {
        ElementSet? union = null;
        foreach (var place in grants)
        {
            union = union is null ? Grants[place].Elements : union.Union(Grants[place].Elements);
        }

        return union ?? ElementSet.Of([]);
    }

    private string JoinOf(GrantSet grants)
    {
        var names = new List<string>(grants.Count);
        foreach (var place in grants)
        {
            names.Add(Grants[place].Rule);
        }

        return string.Join('+', names);
    }
}
