using System.Text.Json;
using PhiGateway.Audit.Journal.Segments;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Audit.Verification;

/// <summary>
/// Follows the hash chain of one log and names the first record that is wrong: for <c>phigw audit verify</c>, the console and the tests.
/// </summary>
public static class ChainVerifier
{
    /// <summary>Verifies entries in order of sequence, without gap.</summary>
    /// <param name="entries">Entries of one log.</param>
    /// <param name="previous">Chain hash of the record before the first; null: the log's beginning for record 0, else the first entry is
    /// taken as it stands.</param>
    public static ChainVerdict Verify(IEnumerable<AuditEntry> entries, ReadOnlyMemory<byte>? previous = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var chain = previous?.ToArray();
        var anchored = chain is not null;
        var good = 0L;
        var head = ReadOnlyMemory<byte>.Empty;
        string? log = null;
        long next = -1;
        foreach (var entry in entries)
        {
            if (log is null)
            {
                log = entry.Log;
                next = entry.Sequence;
                if (chain is null && next == 0)
                {
                    chain = JournalChain.Genesis(log);
                    anchored = true;
                }
            }

            if (Problem(entry, log, next, chain) is { } why)
            {
                return new ChainVerdict(good, next, why, anchored, head);
            }

            head = entry.ChainHash;
            chain = head.ToArray();
            good++;
            next++;
        }

        return new ChainVerdict(good, null, null, anchored, head);
    }

    /// <summary>Whether a record's chain hash follows from the one before it; the log's first record needs none.</summary>
    public static bool Follows(ReadOnlySpan<byte> previous, AuditEntry entry)
    {
        Span<byte> expected = stackalloc byte[JournalChain.HashBytes];
        JournalChain.Link(entry.Sequence == 0 ? JournalChain.Genesis(entry.Log) : previous, entry.Sequence, entry.Body.Span, expected);
        return expected.SequenceEqual(entry.ChainHash.Span);
    }

    private static string? Problem(AuditEntry entry, string log, long next, byte[]? chain)
    {
        if (entry.Log != log)
        {
            return "The record belongs to another log.";
        }

        if (entry.Sequence != next)
        {
            return entry.Sequence > next ? "The record is missing." : "The record is out of order.";
        }

        if (chain is not null)
        {
            Span<byte> expected = stackalloc byte[JournalChain.HashBytes];
            JournalChain.Link(chain, next, entry.Body.Span, expected);
            if (!expected.SequenceEqual(entry.ChainHash.Span))
            {
                return "The record does not match the hash chain.";
            }
        }

        return ColumnsMatch(entry) ? null : "The index columns of the record are not what its body says.";
    }

    // Searches use the columns: a record whose columns were changed would be proven, but never found.
    private static bool ColumnsMatch(AuditEntry entry)
    {
        var columns = new EntryColumns();
        try
        {
            columns.Read(entry.Body.Span);
        }
        catch (JsonException)
        {
            return false;
        }

        return columns.Id == entry.Id
            && columns.ParentId == entry.ParentId
            && columns.Kind == entry.Kind
            && columns.Event == entry.Event
            // A store may keep microseconds; the body keeps all.
            && (columns.Time - entry.Time).Duration() < TimeSpan.FromMilliseconds(1)
            && columns.Decision == entry.Decision
            && columns.Reason == entry.Reason
            && columns.Client == entry.Client
            && columns.Tenant == entry.Tenant
            && columns.Actor == entry.Actor
            && columns.Status == entry.Status
            && columns.ResourceType == entry.ResourceType
            && columns.Interaction == entry.Interaction;
    }
}
