using PhiGateway.Audit.Shipping;

namespace PhiGateway.Storage.Audit;

/// <summary>Sorts a batch by log and sequence and keeps each place once, so that two shippers always lock in the same order.</summary>
internal static class AuditBatch
{
    /// <exception cref="AuditForkException">The batch itself holds two different records for one place.</exception>
    public static List<(string Log, List<AuditEntry> Entries)> Arrange(IReadOnlyList<AuditEntry> entries)
    {
        if (IsOneRun(entries))
        {
            return [(entries[0].Log, [.. entries])];
        }

        var logs = new List<(string Log, List<AuditEntry> Entries)>();
        foreach (var group in entries.GroupBy(e => e.Log, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var ordered = new List<AuditEntry>();
            foreach (var entry in group.OrderBy(e => e.Sequence))
            {
                ArgumentOutOfRangeException.ThrowIfNegative(entry.Sequence);
                if (ordered.Count == 0 || ordered[^1].Sequence != entry.Sequence)
                {
                    ordered.Add(entry);
                }
                else if (!ordered[^1].ChainHash.Span.SequenceEqual(entry.ChainHash.Span))
                {
                    throw new AuditForkException(entry.Log, entry.Sequence);
                }
            }

            logs.Add((group.Key, ordered));
        }

        return logs;
    }

    // As the shipper gives it.
    private static bool IsOneRun(IReadOnlyList<AuditEntry> entries) =>
        entries is [{ Sequence: >= 0, Log: var log }, ..]
        && Run(entries) is var (first, last)
        && last - first == entries.Count - 1
        && entries.All(entry => entry.Log == log);

    /// <summary>The run without gaps with which entries begin.</summary>
    public static (long First, long Last) Run(IReadOnlyList<AuditEntry> ordered)
    {
        var last = ordered[0].Sequence;
        for (var i = 1; i < ordered.Count && ordered[i].Sequence == last + 1; i++)
        {
            last++;
        }

        return (ordered[0].Sequence, last);
    }

    /// <summary>Leaves out what is stored already.</summary>
    /// <exception cref="AuditForkException">It is stored with another hash.</exception>
    public static IEnumerable<AuditEntry> Without(List<AuditEntry> entries, Dictionary<long, byte[]> stored)
    {
        foreach (var entry in entries)
        {
            if (!stored.TryGetValue(entry.Sequence, out var hash))
            {
                yield return entry;
            }
            else if (!entry.ChainHash.Span.SequenceEqual(hash))
            {
                throw new AuditForkException(entry.Log, entry.Sequence);
            }
        }
    }
}
