using PhiGateway.Admin.Trail;

namespace PhiGateway.Console.Pages.Search;

/// <summary>Makes links of the counts of a search: each value is the search with it, or without it when it is chosen.</summary>
internal static class SearchFacets
{
    private const int MostValues = 8;

    // In the order shown; the first few are what people narrow by.
    private static readonly (string Name, string Label)[] Shown =
    [
        ("decision", "Decision"),
        ("reason", "Reason"),
        ("client", "Client"),
        ("kind", "Kind"),
        ("tenant", "Tenant"),
        ("organization", "Organization"),
        ("use_case", "Use case"),
        ("type", "Type"),
        ("interaction", "Interaction"),
        ("purpose", "Purpose"),
        ("actor", "Person"),
    ];

    /// <summary>The facets that have a value; none: it was not counted.</summary>
    public static IReadOnlyList<SearchFacet> Of(SearchQuery asked, TrailFacets? counted) =>
        counted is null
            ? []
            :
            [
                .. Shown
                    .Select(shown => (shown, Facet: counted.Facets.FirstOrDefault(facet => facet.Name == shown.Name)))
                    .Where(static pair => pair.Facet is { Values.Count: > 0 })
                    .Select(pair => Of(asked, pair.shown.Label, pair.Facet!)),
            ];

    private static SearchFacet Of(SearchQuery asked, string label, TrailFacet facet)
    {
        var values = facet.Name == "purpose" ? Single(facet.Values) : facet.Values;
        return new SearchFacet(
            facet.Name,
            label,
            [.. values.Take(MostValues).Select(value => ValueOf(asked, facet.Name, value))],
            Math.Max(0, values.Count - MostValues) + facet.More
        );
    }

    private static FacetValue ValueOf(SearchQuery asked, string name, TrailFacetValue value)
    {
        var isChosen = asked.Value(name) == value.Value;
        return new FacetValue(value.Value, value.Count, asked.At(SearchQuery.Path, (name, isChosen ? null : value.Value)), isChosen);
    }

    // A record may have counted under several codes; the filter asks for one of them.
    private static IReadOnlyList<TrailFacetValue> Single(IReadOnlyList<TrailFacetValue> values) =>
        [
            .. values
                .SelectMany(static value => value.Value.Split(' ').Select(code => (Code: code, value.Count)))
                .GroupBy(static one => one.Code, StringComparer.Ordinal)
                .Select(static group => new TrailFacetValue(group.Key, group.Sum(static one => one.Count)))
                .OrderByDescending(static value => value.Count)
                .ThenBy(static value => value.Value, StringComparer.Ordinal),
        ];
}
