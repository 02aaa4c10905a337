using System.Globalization;

namespace PhiGateway.Policy.Approvals;

/// <summary>Compares single members of two states for <see cref="AccessDiff"/> and adds each difference in words.</summary>
internal sealed class AccessDiffWriter(List<AccessChange> changes, string path)
{
    internal static string List(IEnumerable<string> values) =>
        string.Join(", ", values.Order(StringComparer.Ordinal)) is { Length: > 0 } text ? text : "none";

    internal void Add(ChangeKind kind, string member, string words) =>
        changes.Add(new AccessChange(kind, member.Length == 0 ? path : $"{path}/{member}", words));

    /// <summary>A value that should stay; the kind says what its change means.</summary>
    internal void Same(string member, string? before, string? after, ChangeKind kind)
    {
        if (!string.Equals(before, after, StringComparison.Ordinal))
        {
            Add(kind, member, $"{member} was {before ?? "not set"}, becomes {after ?? "not set"}");
        }
    }

    /// <summary>An upper bound: more is wider, and no bound is widest.</summary>
    internal void Most(string member, long? before, long? after, string? beforeWords = null, string? afterWords = null)
    {
        if (before != after)
        {
            var wider = after is null || (before is { } old && after > old);
            Add(
                wider ? ChangeKind.Widening : ChangeKind.Narrowing,
                member,
                $"{member} was {beforeWords ?? Number(before)}, becomes {afterWords ?? Number(after)}"
            );
        }
    }

    /// <summary>
    /// An upper bound in the place of the node's own: where there was none the node's counted, which may be less, so a first one is wider.
    /// Who knows the node's puts it in.
    /// </summary>
    internal void MostInstead(string member, int? before, int? after)
    {
        if (before is null && after is not null)
        {
            Add(ChangeKind.Widening, member, $"{member} was the node's own, becomes {Number(after)}");
        }
        else
        {
            Most(member, before, after);
        }
    }

    /// <summary>What is permitted: a new member is wider, a missing one narrower.</summary>
    internal void Set(string member, IEnumerable<string> before, IEnumerable<string> after)
    {
        var (old, present) = (before.ToHashSet(StringComparer.Ordinal), after.ToHashSet(StringComparer.Ordinal));
        Report(member, [.. present.Except(old)], [.. old.Except(present)]);
    }

    /// <summary>
    /// A set that restricts by listing: an empty one restricts nothing, so emptying it widens and the first entry narrows.
    /// </summary>
    internal void Restriction(string member, IReadOnlyCollection<string> before, IReadOnlyCollection<string> after)
    {
        if ((before.Count == 0) == (after.Count == 0))
        {
            Set(member, before, after);
        }
        else
        {
            Add(
                after.Count == 0 ? ChangeKind.Widening : ChangeKind.Narrowing,
                member,
                after.Count == 0 ? $"{member} no longer restricted" : $"{member} restricted to {List(after)}"
            );
        }
    }

    /// <summary>
    /// Who may stand before whom: what is left of an order is narrower, another order or a further name is wider, and none is widest.
    /// </summary>
    internal void Order(string member, IReadOnlyList<string>? before, IReadOnlyList<string>? after)
    {
        if (before is null ? after is null : after is not null && before.SequenceEqual(after, StringComparer.Ordinal))
        {
            return;
        }

        var narrower = after is not null && (before is null || IsLeftOf(before, after));
        Add(narrower ? ChangeKind.Narrowing : ChangeKind.Widening, member, $"{member} were {InOrder(before)}, become {InOrder(after)}");
    }

    private static bool IsLeftOf(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        var at = 0;
        foreach (var name in before)
        {
            if (at < after.Count && after[at] == name)
            {
                at++;
            }
        }

        return at == after.Count;
    }

    private static string InOrder(IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            return "any";
        }

        return names.Count == 0 ? "none" : string.Join(" before ", names);
    }

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "not set";

    private void Report(string member, string[] added, string[] removed)
    {
        if (added.Length > 0)
        {
            Add(ChangeKind.Widening, member, $"{member}: {List(added)} added");
        }

        if (removed.Length > 0)
        {
            Add(ChangeKind.Narrowing, member, $"{member}: {List(removed)} removed");
        }
    }
}
