using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Hands out every record once, oldest first, to a reader that keeps its own place: takes the place, answers records and the next place.
/// Called by the endpoints, for forwarders of one's own.
/// </summary>
/// <remarks>
/// The place is one per log, by sequence and not by time: a record that arrives late, from a node that was cut off, is handed out when it has
/// arrived. Behind a gap it goes on, and remembers the gap: what a failover took may come again or never, and whoever ships may have put a row
/// far behind the log (ADR 128).
/// </remarks>
internal sealed class ForwarderFeed(IAuditStore store, IAuditReports reports, TrailSearch search)
{
    /// <summary>How it stands on record.</summary>
    public const string Event = "audit.feed";

    public async Task<Outcome<JsonObject>> ReadAsync(AdminCall call, string? cursor, int limit)
    {
        if (FeedCursor.Read(cursor) is not { } place)
        {
            return AdminProblem.BadParameter("cursor", "it is none of the feed's.");
        }

        var found = await FindAsync(place, limit, call.Cancelled);
        foreach (var entry in found)
        {
            place.Pass(entry);
        }

        if (place.HandOut().Failed(out var problem, out var next))
        {
            return problem;
        }

        // A reader that has caught up is shown what its last call put on record; telling of that again would never end.
        if (found.Any(entry => entry.Event != Event || entry.Actor != call.Person))
        {
            await search.RecordAsync(call, Event, $"records={found.Count}", null, null);
        }

        return new JsonObject
        {
            ["items"] = new JsonArray([.. found.Select(static entry => (JsonNode)TrailSearch.Render(entry))]),
            ["next_cursor"] = next,
        };
    }

    /// <summary>The oldest heads of all logs, one after the other; within a log in its own order.</summary>
    internal async Task<List<AuditEntry>> FindAsync(FeedCursor place, int limit, CancellationToken cancellationToken)
    {
        var heads = new PriorityQueue<Queue<AuditEntry>, DateTimeOffset>();
        foreach (var mark in await reports.ListMarksAsync(cancellationToken))
        {
            place.Note(mark);
            var entries = await FindLateAsync(place, mark, limit, cancellationToken);
            entries.AddRange(await FindNextAsync(place, mark, limit, cancellationToken));
            if (entries.Count > 0)
            {
                heads.Enqueue(new Queue<AuditEntry>(entries), entries[0].Time);
            }
        }

        var found = new List<AuditEntry>();
        while (found.Count < limit && heads.TryDequeue(out var log, out _))
        {
            found.Add(log.Dequeue());
            if (log.TryPeek(out var head))
            {
                heads.Enqueue(log, head.Time);
            }
        }

        return found;
    }

    // What has come into gaps that were passed over, without a gap of its own.
    private async Task<List<AuditEntry>> FindLateAsync(FeedCursor place, AuditLogMark mark, int limit, CancellationToken cancellationToken)
    {
        var late = new List<AuditEntry>();
        foreach (var gap in place.GapsOf(mark.Log).ToList())
        {
            var last = Math.Min(mark.Watermark, gap.To - 1);
            if (last < gap.From)
            {
                continue;
            }

            var before = late.Count;
            var entries = await store.ReadAsync(mark.Log, gap.From, (int)Math.Min(limit - 1, last - gap.From) + 1, cancellationToken);
            late.AddRange(entries.Where(entry => entry.Sequence <= last));
            if (late.Count == before)
            {
                // It came, and was deleted since.
                place.Fill(mark.Log, last);
            }
        }

        return late;
    }

    private async Task<IEnumerable<AuditEntry>> FindNextAsync(
        FeedCursor place,
        AuditLogMark mark,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var next = place.NextOf(mark.Log);
        if (next > mark.Highest || next == long.MaxValue)
        {
            return [];
        }

        if (next <= mark.Watermark)
        {
            // Where months were deleted, the rows that are read may stand behind it.
            var stored = await store.ReadAsync(mark.Log, next, (int)Math.Min(limit - 1, mark.Watermark - next) + 1, cancellationToken);
            var whole = stored.Where(entry => entry.Sequence <= mark.Watermark).ToList();
            if (whole.Count > 0 || mark.Watermark == mark.Highest)
            {
                return whole;
            }
        }

        var (expected, gaps) = (Math.Max(next, FeedCursor.After(mark.Watermark)), place.GapsOf(mark.Log).Count);
        return (await store.ReadAsync(mark.Log, expected, limit, cancellationToken)).TakeWhile(entry =>
        {
            gaps += entry.Sequence > expected ? 1 : 0;
            expected = entry.NextPlace;
            return gaps <= FeedCursor.MostGaps;
        });
    }
}
