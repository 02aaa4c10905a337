using System.Runtime.CompilerServices;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Hands out the whole result of a search, page by page, while its caller may ask for it; the export is on record before its first line
/// leaves. Called by the endpoint and by the console.
/// </summary>
internal sealed class TrailExport(IAuditStore store, IAuditReports reports, TrailSearch search, TrailNames names, CallerStanding standing)
{
    /// <summary>Everything that a search finds, newest first, in as many reads of the store as it takes.</summary>
    /// <param name="call">The call.</param>
    /// <param name="query">The search; its page and limit do not count.</param>
    /// <param name="format">In which form it leaves, for the record.</param>
    public async Task<Outcome<TrailStream>> OpenAsync(AdminCall call, TrailQuery query, string format)
    {
        TrailNarrowing? narrowing = null;
        if (TrailNarrowing.IsAsked(query) && (await names.NarrowAsync(query, call.Cancelled)).Failed(out var unread, out narrowing))
        {
            return unread;
        }

        var whole = query with { Cursor = null, Limit = null };
        if ((await search.BeginAsync(call, whole, "audit.export", "format=" + format)).Failed(out var problem, out var asked))
        {
            return problem;
        }

        return await names.FindUnknownAsync(query, call.Cancelled) is { } unknown
            ? unknown
            : new TrailStream(
                cancellationToken => ReadAsync(call.Caller, asked with { Limit = PageRequest.Most }, narrowing, cancellationToken),
                cancellationToken => CountAsync(asked, narrowing, cancellationToken)
            );
    }

    // What only a record's body tells, and one record with what belongs to it, are not counted.
    private async Task<long?> CountAsync(AuditQuery asked, TrailNarrowing? narrowing, CancellationToken cancellationToken) =>
        narrowing is null && asked.Id is null ? (await reports.TallyAsync(asked, cancellationToken)).Sum(static one => one.Count) : null;

    private async IAsyncEnumerable<AuditEntry> ReadAsync(
        AdminCaller caller,
        AuditQuery query,
        TrailNarrowing? narrowing,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var page = await store.QueryAsync(query, cancellationToken);
            foreach (var entry in page.Entries)
            {
                if (narrowing?.Covers(entry) != false)
                {
                    yield return entry;
                }
            }

            if (page.Next is null)
            {
                yield break;
            }

            // It may take minutes: who may not ask any more is not told the rest.
            if (!await standing.StandsAsync(caller, cancellationToken))
            {
                throw new CallerEndedException();
            }

            query = query with { Cursor = page.Next };
        }
    }
}

/// <summary>The whole result of a search, read as it is written.</summary>
/// <param name="ReadAsync">Reads it, once.</param>
/// <param name="CountAsync">How many records that will be; null: that cannot be said before.</param>
internal sealed record TrailStream(
    Func<CancellationToken, IAsyncEnumerable<AuditEntry>> ReadAsync,
    Func<CancellationToken, Task<long?>> CountAsync
);
