using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Shipping;
using PhiGateway.Console.Http;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Pages.Search;

/// <summary>Searches the trail: filters in the address, always over the whole result on the server, each search on record.</summary>
internal sealed class SearchScreen(
    TrailSearch search,
    TrailReports reports,
    TrailExport export,
    SavedSearches saved,
    LongWork work,
    Jobs jobs,
    TimeProvider time
)
{
    private const int RecordsAtOnce = 500;

    /// <summary>One page of a result.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => ShowAsync(request, SearchQuery.Read(request, time.GetUtcNow()), null);

    /// <summary>Keeps the search under a name; refused, the same page is shown with what was typed.</summary>
    public async Task<ScreenAnswer> KeepAsync(ConsoleRequest request)
    {
        var query = request.Typed("query") ?? string.Empty;
        return await saved.KeepAsync(request, query) is { } problem
            ? await ShowAsync(request, SearchQuery.Read(query, time.GetUtcNow()), problem)
            : new ScreenAnswer.Go($"{SearchQuery.Path}?{query}", "The search is kept: everybody who reads the trail finds it here.");
    }

    private async Task<ScreenAnswer> ShowAsync(ConsoleRequest request, SearchQuery asked, AdminProblem? tried)
    {
        TrailPage? page = null;
        Counted? counted = null;
        var isCounting = false;
        if (!asked.ToTrail().Failed(out var problem, out var query))
        {
            // What is refused is not counted: that would be a second look on record, of a search that found nothing.
            var isFound = !(await search.SearchAsync(request.Call, query)).Failed(out problem, out page);
            if (isFound && asked.CanCount)
            {
                (counted, isCounting) = await CountAsync(request, asked, query);
            }
        }

        if (problem is { Status: not 400 })
        {
            return problem;
        }

        var items = page?.Body["items"] as JsonArray ?? [];
        return new PageContent(
            "Audit search",
            "audit",
            typeof(SearchPage),
            new SearchModel(
                asked.Filters,
                [.. items.Select(TrailLine.Of).OfType<TrailLine>()],
                page?.Next is { } next ? asked.At(SearchQuery.Path, ("from", FromOf(query)), ("cursor", next)) : null,
                counted?.Facets?.Total,
                counted?.At,
                SearchFacets.Of(asked, counted?.Facets),
                asked.At(SearchQuery.Path + "/export", ("format", "csv")),
                asked.At(SearchQuery.Path + "/export", ("format", "ndjson")),
                asked.At(SearchQuery.Path + "/tail", ("from", null), ("to", null)),
                problem?.Detail,
                isCounting
                    ? asked.At(SearchQuery.Path, ("from", FromOf(query)), ("cursor", asked.Value("cursor")), (SearchQuery.Counted, "1"))
                    : null,
                asked.IsDefault,
                await request.TryAsync("kept searches", () => saved.ListAsync(request.Call)) ?? [],
                !asked.IsSealed && asked.At(SearchQuery.Path).Split('?', 2) is [_, var kept] ? kept : string.Empty,
                request.Session.FormToken,
                TriedForms.Of(request, tried, "keep", string.Empty, "title")
            )
        )
        {
            Status = tried?.Status ?? problem?.Status ?? 200,
            OnRecord = page is null ? null : "this search, with its filters and your name.",
        };
    }

    // The whole result, once for each search whichever page of it is shown; on record by itself. What takes long is shown when it is there.
    private async Task<(Counted? Counted, bool IsCounting)> CountAsync(ConsoleRequest request, SearchQuery asked, TrailQuery query)
    {
        var key = WorkKey.Of(request, "facets", asked.At(SearchQuery.Path, ("from", FromOf(query))));
        var isNew = asked.Value("cursor") is null && request.Asked(SearchQuery.Counted) is null;
        var counted = await work.FindAsync(
            key,
            isNew ? TimeSpan.Zero : LongWork.Kept,
            async stopping =>
            {
                var at = time.GetUtcNow();
                return new Counted((await reports.FacetsAsync(request.Behind(stopping), query with { Cursor = null })).Value, at);
            }
        );
        return (counted, counted is null || work.IsMaking(key));
    }

    /// <summary>The whole result as a file.</summary>
    public async Task<ScreenAnswer> ExportAsync(ConsoleRequest request)
    {
        var asked = SearchQuery.Read(request, time.GetUtcNow());
        var format = request.Asked("format");
        if (format is not ("csv" or "ndjson"))
        {
            return AdminProblem.BadParameter("format", "csv or ndjson is expected.");
        }

        if (asked.ToTrail().Failed(out var problem, out var query))
        {
            return problem;
        }

        ITrailFormat written = format == "csv" ? new CsvTrail() : new NdjsonTrail();
        return await jobs.BeginAsync(
            request,
            new JobPlan(
                $"Export of a search as {format.ToUpperInvariant()}",
                ConsoleSections.TrailReaders,
                asked.At(SearchQuery.Path),
                run => ExportAsync(run, query, written)
            )
            {
                ContentType = format == "csv" ? "text/csv; charset=utf-8" : written.MediaType,
                FileName = "audit." + format,
                Unit = ("record", "records"),
            }
        );
    }

    private async Task<AdminProblem?> ExportAsync(JobRun run, TrailQuery query, ITrailFormat format)
    {
        if ((await export.OpenAsync(run.Call, query, format.Name)).Failed(out var problem, out var stream))
        {
            return problem;
        }

        // How many there are is counted beside: the first of them need not wait for it, and without it the file is no less whole.
        using var courtesy = CancellationTokenSource.CreateLinkedTokenSource(run.Call.Cancelled);
        var counting = CountAsync(courtesy.Token);
        var entries = new List<AuditEntry>(RecordsAtOnce);
        await run.WriteAsync(format.Head);
        await foreach (var entry in stream.ReadAsync(run.Call.Cancelled))
        {
            entries.Add(entry);
            if (entries.Count == RecordsAtOnce)
            {
                await SendAsync();
            }
        }

        await SendAsync();
        await run.WriteAsync(format.Tail);
        await courtesy.CancelAsync();
        await counting;
        return null;

        async Task SendAsync()
        {
            await run.WriteAsync(format.Lines(entries));
            run.Advance(entries.Count);
            entries.Clear();
        }

        async Task CountAsync(CancellationToken cancelled)
        {
            try
            {
                run.Whole = await stream.CountAsync(cancelled);
            }
#pragma warning disable CA1031 // The page says how many it has, and not of how many.
            catch (Exception)
#pragma warning restore CA1031
            {
                run.Whole = null;
            }
        }
    }

    // Facets null: it is of nothing that can be counted.
    private sealed record Counted(TrailFacets? Facets, DateTimeOffset At);

    // A page belongs to one search: the moment that was taken unasked goes along.
    private static string? FromOf(TrailQuery? query) => query?.From?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
