using PhiGateway.Audit.Shipping;

namespace PhiGateway.Storage.Audit;

/// <summary>Sorts a batch by log and sequence and keeps each place once, so that two shippers always lock in the same order.</summary>
internal static class AuditBatch
{
    /// <exception cref="AuditForkException">The batch itself holds two different records for one place.</exception>
    public static List<(string Log, List<AuditEntry> Entries)> Arrange(IReadOnlyList<AuditEntry> entries)
    {
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
