using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Writes everything that a search finds, page by page, as lines of JSON or CSV; on record, with what was asked for, before the first line
/// leaves. Called by the endpoint, which gives the way out.
/// </summary>
internal sealed class TrailExport(IAuditStore store, TrailSearch search, TrailNames names)
{
    /// <summary>Answers how many records were written; a fault in the middle is thrown, so that the answer is cut and not taken for whole.</summary>
    /// <param name="call">Who asks.</param>
    /// <param name="query">What is searched for; limit and cursor mean nothing here.</param>
    /// <param name="format">How records are written.</param>
    /// <param name="write">Sends some whole lines.</param>
    public async Task<Outcome<TrailExportEnd>> WriteAsync(
        AdminCall call,
        TrailQuery query,
        ITrailFormat format,
        Func<ReadOnlyMemory<byte>, Task> write
    )
    {
        var whole = query with { Limit = PageRequest.Most, Cursor = null };
        if ((await search.BeginAsync(call, whole, "audit.export", "format=" + format.Name)).Failed(out var problem, out var asked))
        {
            return problem;
        }

        var page = await store.QueryAsync(asked, call.Cancelled);
        if (page.Entries.Count == 0 && await names.FindUnknownAsync(query, call.Cancelled) is { } unknown)
        {
            return unknown;
        }

        await write(format.Head);
        var count = 0L;
        while (true)
        {
            await write(format.Lines(page.Entries));
            count += page.Entries.Count;
            if (page.Next is null)
            {
                return new TrailExportEnd(count);
            }

            page = await store.QueryAsync(asked with { Cursor = page.Next }, call.Cancelled);
        }
    }
}

/// <summary>An export came to its end.</summary>
/// <param name="Count">How many records it wrote.</param>
internal sealed record TrailExportEnd(long Count);
