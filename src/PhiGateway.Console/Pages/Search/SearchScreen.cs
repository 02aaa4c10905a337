using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Search;

/// <summary>Searches the trail: filters in the address, always over the whole result on the server, each search on record.</summary>
internal sealed class SearchScreen(TrailSearch search, TrailReports reports, TrailExport export, SavedSearches saved, TimeProvider time)
{
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
        TrailFacets? counted = null;
        var failed =
            asked.ToTrail().Failed(out var problem, out var query)
            || (await search.SearchAsync(request.Call, query)).Failed(out problem, out page);
        if (!failed && asked.CanCount)
        {
            // The whole result, whichever page of it is shown; on record by itself.
            counted = (
                await reports.FacetsAsync(request.Call with { RequestId = Guid.CreateVersion7() }, query! with { Cursor = null })
            ).Value;
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
                counted?.Total,
                SearchFacets.Of(asked, counted),
                asked.At(SearchQuery.Path + "/export", ("format", "csv")),
                asked.At(SearchQuery.Path + "/export", ("format", "ndjson")),
                asked.At(SearchQuery.Path + "/tail", ("from", null), ("to", null)),
                problem?.Detail,
                asked.IsDefault,
                await request.TryAsync("kept searches", () => saved.ListAsync(request.Call)) ?? [],
                asked.At(SearchQuery.Path).Split('?', 2) is [_, var kept] ? kept : string.Empty,
                request.Session.FormToken,
                TriedForms.Of(request, tried, "keep", string.Empty, "title")
            )
        )
        {
            Status = tried?.Status ?? problem?.Status ?? 200,
            OnRecord = failed ? null : "this search, with its filters and your name.",
        };
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

        if (
            asked.ToTrail().Failed(out var problem, out var query)
            || (await export.OpenAsync(request.Call, query, format)).Failed(out problem, out var stream)
        )
        {
            return problem;
        }

        return format == "csv"
            ? new ScreenAnswer.File(
                "text/csv; charset=utf-8",
                "audit.csv",
                context => TrailFileAnswer.WriteAsync(context, stream, new CsvTrail())
            )
            : new ScreenAnswer.File(
                "application/x-ndjson",
                "audit.ndjson",
                context => TrailFileAnswer.WriteAsync(context, stream, new NdjsonTrail())
            );
    }

    // A page belongs to one search: the moment that was taken unasked goes along.
    private static string? FromOf(TrailQuery? query) => query?.From?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
