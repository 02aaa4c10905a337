using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Trail;

namespace PhiGateway.Admin.Declarative;

/// <summary>Maps the endpoints that tell the registry's history and take it back.</summary>
internal static class HistoryEndpoints
{
    private static readonly CallParameter Document = new("document", "Only of this document, such as client/acme.");
    private static readonly CallParameter From = new("from", "From this moment on.");
    private static readonly CallParameter To = new("to", "Before this moment.");

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/config/history", (HttpContext context, RegistryHistory history) => ListAsync(context, history))
            .RequireRoles(AdminRoles.UseReaders)
            .Describe(
                "Lists what was changed in the registry",
                "The documents of a registry file, the newest change first, with what changed and who approved; out of the trail, on record. "
                    + "A page may be empty and have a next one."
            )
            .Returns(typeof(HistoryPage))
            .Reads(Document, From, To, CallParameter.Cursor);
        api.MapPost(
                "/config:revert",
                (HttpContext context, RegistryRevert revert) =>
                    Answer.OfAsync<RevertBody, ConfigChange>(
                        context,
                        revert.WriteAsync,
                        static change => AdminResult.Json(DryRunReport.Of(change.Edit)) with { ETag = change.ETag }
                    )
            )
            .RequireRoles(AdminRoles.Writers)
            .Describe(
                "Takes the registry back to a moment",
                "All documents of a registry file or one, all or nothing, as exactly the plan that was seen: `?dry_run=true` shows it, and its "
                    + "ETag is the If-Match. States and approvals stay: what it opens has to be approved."
            )
            .Takes(typeof(RevertBody))
            .Returns(typeof(DryRunReport))
            .Repeatable()
            .Reads(CallParameter.DryRun, CallParameter.CarryApproval, CallParameter.IfMatch);
    }

    private static Task<IResult> ListAsync(HttpContext context, RegistryHistory history) =>
        Answer.JsonAsync(
            context,
            async call =>
                Read(context.Request.Query).Failed(out var problem, out var query) ? problem : await history.ListAsync(call, query)
        );

    private static Outcome<HistoryQuery> Read(IQueryCollection asked)
    {
        var moments = new DateTimeOffset?[2];
        foreach (var (name, place) in new[] { ("from", 0), ("to", 1) })
        {
            if (asked[name] is [{ } text])
            {
                moments[place] = TrailQueryReader.Moment(text);
                if (moments[place] is null)
                {
                    return AdminProblem.BadParameter(name, "one moment is expected.");
                }
            }
            else if (asked[name].Count > 0)
            {
                return AdminProblem.BadParameter(name, "one moment is expected.");
            }
        }

        return asked["document"].Count > 1 || asked["cursor"].Count > 1
            ? AdminProblem.BadParameter("document", "one of each is expected.")
            : new HistoryQuery(asked["document"], moments[0], moments[1], asked["cursor"]);
    }
}
