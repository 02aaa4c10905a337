using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Proof.Evidence;

namespace PhiGateway.Admin.Trail;

/// <summary>Maps the endpoints that count, export and follow the audit trail, for auditors only.</summary>
internal static class TrailReportEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost(
                "/audit:facets",
                (HttpContext context, TrailReports reports) =>
                    Answer.JsonAsync<TrailQuery, TrailFacets>(context, (call, query) => reports.FacetsAsync(call, query))
            )
            .RequireRoles([AdminRoles.Auditor])
            .Describe(
                "Counts what a search finds",
                "In all, and by each thing that records can be told apart by. Takes the body of a search."
            )
            .Takes(typeof(TrailQuery), optional: true)
            .Returns(typeof(TrailFacets));
        api.MapPost("/audit:export", (HttpContext context, TrailExport export) => ExportAsync(context, export))
            .RequireRoles([AdminRoles.Auditor])
            .Describe(
                "Writes everything that a search finds",
                "NDJSON, CSV by Accept: text/csv, or an archive with proofs by its media type. An answer that breaks off is not whole. "
                    + "Takes the body of a search."
            )
            .Takes(typeof(TrailQuery), optional: true)
            .Produces<TrailEntry>(StatusCodes.Status200OK, "application/x-ndjson", "text/csv", ArchiveFormat.MediaType);
        api.MapGet("/audit/feed", (HttpContext context, ForwarderFeed feed) => FeedAsync(context, feed))
            .RequireRoles([AdminRoles.Auditor])
            .Describe(
                "Hands out every record once, oldest first",
                "next_cursor is always there and is the reader's to keep: asked again with it, what has arrived since is handed out, however old."
            )
            .Returns(typeof(TrailFeedPage))
            .Reads(CallParameter.Page);
    }

    private static Task<IResult> ExportAsync(HttpContext context, TrailExport export)
    {
        var accept = context.Request.Headers.Accept.ToString();
        if (accept.Contains(ArchiveFormat.MediaType, StringComparison.OrdinalIgnoreCase))
        {
            return context.RequestServices.GetService<ProverSet>() is { } provers
                ? WriteAsync(context, export, new ArchiveTrail(provers))
                : Answer.JsonAsync<LogReport>(context, static _ => Task.FromResult<Outcome<LogReport>>(AdminProblem.NotFound("log")));
        }

        ITrailFormat format = accept.Contains("csv", StringComparison.OrdinalIgnoreCase) ? new CsvTrail() : new NdjsonTrail();
        return WriteAsync(context, export, format);
    }

    private static Task<IResult> WriteAsync(HttpContext context, TrailExport export, ITrailFormat format) =>
        Answer.OfAsync<TrailQuery, TrailStream>(
            context,
            (call, query) => export.OpenAsync(call, query, format.Name),
            stream => new TrailFileAnswer(stream, format)
        );

    private static Task<IResult> FeedAsync(HttpContext context, ForwarderFeed feed)
    {
        var limit = PageRequest.Default;
        var text = One(context, "limit");
        var isLimit = text is null || (int.TryParse(text, out limit) && limit is >= 1 and <= PageRequest.Most);
        return Answer.OfAsync(
            context,
            async call =>
                isLimit
                    ? await feed.ReadAsync(call, One(context, "cursor"), limit)
                    : AdminProblem.BadParameter("limit", $"a number from 1 to {PageRequest.Most} is expected."),
            TrailEndpoints.Json
        );
    }

    private static string? One(HttpContext context, string name) => context.Request.Query[name] is [{ Length: > 0 } value] ? value : null;
}
