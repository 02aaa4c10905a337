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

        var found = await FindAsync(place, limit, onlyWhole: false, call.Cancelled);
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
    /// <param name="place">Where its reader is.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="onlyWhole">
    /// Into gaps only up to where a log is stored without one: who began behind everything passed over what stands further on.
    /// </param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async Task<List<AuditEntry>> FindAsync(FeedCursor place, int limit, bool onlyWhole, CancellationToken cancellationToken)
    {
        var heads = new PriorityQueue<Queue<AuditEntry>, DateTimeOffset>();
        foreach (var mark in await reports.ListMarksAsync(cancellationToken))
        {
            place.Note(mark);
            var (entries, gaps) = await FindLateAsync(place, mark, limit, onlyWhole, cancellationToken);
            if (entries.Count < limit)
            {
                entries.AddRange(await FindNextAsync(place, mark, gaps, limit, cancellationToken));
            }

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

    // What has come into gaps that were passed over, and how many of them there are then. What is parted by a row is two gaps: where that
    // would be more than a place names, the row waits.
    private async Task<(List<AuditEntry> Late, int Gaps)> FindLateAsync(
        FeedCursor place,
        AuditLogMark mark,
        int limit,
        bool onlyWhole,
        CancellationToken cancellationToken
    )
    {
        var late = new List<AuditEntry>();
        var all = place.GapsOf(mark.Log).ToList();
        var gaps = all.Count;
        foreach (var gap in all)
        {
            var last = onlyWhole ? Math.Min(mark.Watermark, gap.To - 1) : gap.To - 1;
            if (last < gap.From || late.Count >= limit)
            {
                continue;
            }

            // One row says whether as many are worth reading.
            var first = await store.ReadAsync(mark.Log, gap.From, 1, cancellationToken);
            if (first.Count == 0 || first[0].Sequence > last)
            {
                if (gap.From <= mark.Watermark)
                {
                    // It came, and was deleted since.
                    place.Fill(mark.Log, Math.Min(mark.Watermark, gap.To - 1));
                }

                continue;
            }

            var most = (int)Math.Min(limit - 1, last - gap.From) + 1;
            gaps = Take(await store.ReadAsync(mark.Log, gap.From, most, cancellationToken), mark, gap, last, gaps, late);
        }

        return (late, gaps);
    }

    // Takes of a gap what stands in it; how many gaps there are then.
    private static int Take(IReadOnlyList<AuditEntry> rows, AuditLogMark mark, PlaceHole gap, long last, int gaps, List<AuditEntry> late)
    {
        var (expected, before) = (Math.Max(gap.From, AuditEntry.PlaceAfter(mark.Watermark)), -1L);
        foreach (var row in rows.TakeWhile(row => row.Sequence <= last))
        {
            var (parts, ends) = (row.Sequence > expected, row.Sequence == gap.To - 1);
            if (parts && !ends && gaps >= FeedCursor.MostGaps)
            {
                break;
            }

            // A place may have two rows: the second changes nothing.
            if (row.Sequence != before && parts != ends)
            {
                gaps += parts ? 1 : -1;
            }

            late.Add(row);
            (expected, before) = (Math.Max(expected, row.NextPlace), row.Sequence);
        }

        return gaps;
    }

    private async Task<IEnumerable<AuditEntry>> FindNextAsync(
        FeedCursor place,
        AuditLogMark mark,
        int gaps,
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

        var expected = Math.Max(next, AuditEntry.PlaceAfter(mark.Watermark));
        return (await store.ReadAsync(mark.Log, expected, limit, cancellationToken)).TakeWhile(entry =>
        {
            gaps += entry.Sequence > expected ? 1 : 0;
            expected = entry.NextPlace;
            return gaps <= FeedCursor.MostGaps;
        });
    }
}
