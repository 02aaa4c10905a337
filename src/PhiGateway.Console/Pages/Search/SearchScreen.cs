using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Search;

/// <summary>Searches the trail: filters in the address, always over the whole result on the server, each search on record.</summary>
internal sealed class SearchScreen(TrailSearch search, TrafficReports traffic, TrailExport export, SavedSearches saved, TimeProvider time)
{
    private const int MostValues = 8;

    private static readonly (string Name, string Label, int Place)[] Columns =
    [
        ("decision", "Decision", 0),
        ("reason", "Reason", 1),
        ("client", "Client", 2),
    ];

    /// <summary>One page of a result.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        var asked = SearchQuery.Read(request, time.GetUtcNow());
        TrailPage? page = null;
        IReadOnlyList<SearchFacet> facets = [];
        var failed =
            asked.ToTrail().Failed(out var problem, out var query)
            || (await search.SearchAsync(request.Call, query)).Failed(out problem, out page);
        if (!failed && asked.CanCount && (await traffic.CountAsync(request.Call, asked.ToTraffic(query!))).Value is { } counted)
        {
            facets = [.. Columns.Select(column => Facet(asked, column.Name, column.Label, column.Place, counted.Items))];
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
                facets,
                asked.At(SearchQuery.Path + "/export", ("format", "csv")),
                asked.At(SearchQuery.Path + "/export", ("format", "ndjson")),
                asked.At(SearchQuery.Path + "/tail", ("from", null), ("to", null)),
                problem?.Detail,
                asked.IsDefault,
                await saved.ListAsync(request.Call),
                asked.At(SearchQuery.Path).Split('?', 2) is [_, var kept] ? kept : string.Empty,
                request.Session.FormToken
            )
        )
        {
            Status = problem?.Status ?? 200,
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

    private static SearchFacet Facet(SearchQuery asked, string name, string label, int place, IReadOnlyList<TrafficCount> counted) =>
        new(
            name,
            label,
            [
                .. counted
                    .Where(item => item.Values[place] is { Length: > 0 })
                    .GroupBy(item => item.Values[place]!, StringComparer.Ordinal)
                    .Select(group =>
                    {
                        var isChosen = asked.Value(name) == group.Key;
                        var href = asked.At(SearchQuery.Path, (name, isChosen ? null : group.Key));
                        return new FacetValue(group.Key, group.Sum(static item => item.Count), href, isChosen);
                    })
                    .OrderByDescending(static value => value.Count)
                    .Take(MostValues),
            ]
        );
}
