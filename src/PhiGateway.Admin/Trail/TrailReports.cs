using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Counts what a search of the trail finds, by every facet. Takes the same query as a search, answers with numbers; each call is itself on
/// record before it is answered. Called by the endpoints. How requests spread over time is counted by <see cref="TrafficReports"/>.
/// </summary>
internal sealed class TrailReports(TrailSearch search, TrailNames names, IAuditReports reports)
{
    // Of a facet that every person or client is in the first are told, and how many there are besides.
    private const int MostValues = 100;

    /// <summary>How many records a search finds, in all and by every facet.</summary>
    public async Task<Outcome<TrailFacets>> FacetsAsync(AdminCall call, TrailQuery query)
    {
        if ((await BeginAsync(call, query)).Failed(out var problem, out var asked))
        {
            return problem;
        }

        var counts = await reports.TallyAsync(asked, call.Cancelled);
        if (counts.Count == 0 && await names.FindUnknownAsync(query, call.Cancelled) is { } unknown)
        {
            return unknown;
        }

        return new TrailFacets(
            counts.Sum(static one => one.Count),
            [.. Enum.GetValues<AuditFacet>().Select(facet => FacetOf(counts, facet))]
        );
    }

    private async Task<Outcome<AuditQuery>> BeginAsync(AdminCall call, TrailQuery query)
    {
        if (TrailNarrowing.IsAsked(query))
        {
            return AdminProblem.BadParameter(
                "query",
                "records are searched and exported by event, token, peer, task, agreement, through and resource, not counted."
            );
        }

        return query.Id is not null
            ? AdminProblem.BadParameter("id", "one record is not counted.")
            : await search.BeginAsync(call, query, "audit.count", "by=facets");
    }

    private static TrailFacet FacetOf(IReadOnlyList<AuditTally> counts, AuditFacet facet)
    {
        var values = counts
            .GroupBy(one => one.Of(facet) is { Length: > 0 } value ? value : null)
            .Where(static group => group.Key is not null)
            .Select(group => new TrailFacetValue(Word(facet, group.Key)!, group.Sum(static one => one.Count)))
            .OrderByDescending(static value => value.Count)
            .ThenBy(static value => value.Value, StringComparer.Ordinal)
            .ToList();
        return new TrailFacet(NameOf(facet), [.. values.Take(MostValues)], Math.Max(values.Count - MostValues, 0));
    }

    // As the filters are called.
    private static string NameOf(AuditFacet facet) =>
        facet == AuditFacet.ResourceType ? "type" : JsonNamingPolicy.SnakeCaseLower.ConvertName(facet.ToString());

    private static string? Word(AuditFacet facet, string? value) =>
        facet == AuditFacet.Kind && byte.TryParse(value, out var kind)
            ? JsonNamingPolicy.KebabCaseLower.ConvertName(((AuditKind)kind).ToString())
            : value;
}
