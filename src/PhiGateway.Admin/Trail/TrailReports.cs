using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Counts what a search of the trail finds: by facet, and over time. Takes the same query as a search, answers with numbers; each call is
/// itself on record before it is answered. Called by the endpoints.
/// </summary>
internal sealed class TrailReports(TrailSearch search, TrailNames names, IAuditReports reports, TimeProvider clock)
{
    // Of a facet that every person or client is in the first are told, and how many there are besides.
    private const int MostValues = 100;

    // What a chart can show; each is one group of the database.
    private const int MostPeriods = 1000;

    /// <summary>How many records a search finds, in all and by every facet.</summary>
    public async Task<Outcome<TrailFacets>> FacetsAsync(AdminCall call, TrailQuery query)
    {
        if ((await BeginAsync(call, query, "facets")).Failed(out var problem, out var asked))
        {
            return problem;
        }

        var counts = await reports.CountAsync(asked, call.Cancelled);
        if (counts.Count == 0 && await names.FindUnknownAsync(query, call.Cancelled) is { } unknown)
        {
            return unknown;
        }

        return new TrailFacets(
            counts.Sum(static one => one.Count),
            [.. Enum.GetValues<AuditFacet>().Select(facet => FacetOf(counts, facet))]
        );
    }

    /// <summary>How many records a search finds in each hour, day or month, and by one facet besides.</summary>
    public async Task<Outcome<TrailTimeline>> OverTimeAsync(AdminCall call, TrailQuery query, string? interval, string? by)
    {
        if (!TryRead(interval ?? "day", out AuditInterval every))
        {
            return AdminProblem.BadParameter("interval", "hour, day or month is expected.");
        }

        AuditFacet? facet = null;
        if (by is not null)
        {
            if (!TryRead(by, out AuditFacet named))
            {
                return AdminProblem.BadParameter("by", "the name of a facet is expected, such as client or reason.");
            }

            facet = named;
        }

        if (IsTooLong(query, every))
        {
            return AdminProblem.BadParameter("from", $"at most {MostPeriods} hours or days are counted at once; name from and to.");
        }

        if ((await BeginAsync(call, query, $"{every}".ToLowerInvariant())).Failed(out var problem, out var asked))
        {
            return problem;
        }

        var counts = await reports.CountOverTimeAsync(asked, every, facet, call.Cancelled);
        return counts.Count == 0 && await names.FindUnknownAsync(query, call.Cancelled) is { } unknown
            ? unknown
            : new TrailTimeline([.. counts.Select(one => new TrailPeriod(one.Start, Word(facet, one.Value), one.Count))]);
    }

    private async Task<Outcome<AuditQuery>> BeginAsync(AdminCall call, TrailQuery query, string what) =>
        query.Id is not null
            ? AdminProblem.BadParameter("id", "one record is not counted.")
            : await search.BeginAsync(call, query, "audit.count", "by=" + what);

    private bool IsTooLong(TrailQuery query, AuditInterval every)
    {
        var one = every == AuditInterval.Hour ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1);
        return every != AuditInterval.Month && (query.From is not { } from || (query.To ?? clock.GetUtcNow()) - from > one * MostPeriods);
    }

    private static TrailFacet FacetOf(IReadOnlyList<AuditCount> counts, AuditFacet facet)
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

    private static string? Word(AuditFacet? facet, string? value) =>
        facet == AuditFacet.Kind && byte.TryParse(value, out var kind)
            ? JsonNamingPolicy.KebabCaseLower.ConvertName(((AuditKind)kind).ToString())
            : value;

    private static bool TryRead(string text, out AuditInterval interval) =>
        Find(text, out interval, static one => $"{one}".ToLowerInvariant());

    private static bool TryRead(string text, out AuditFacet facet) => Find(text, out facet, NameOf);

    private static bool Find<T>(string text, out T found, Func<T, string> nameOf)
        where T : struct, Enum
    {
        foreach (var one in Enum.GetValues<T>())
        {
            if (nameOf(one) == text)
            {
                found = one;
                return true;
            }
        }

        found = default;
        return false;
    }
}
