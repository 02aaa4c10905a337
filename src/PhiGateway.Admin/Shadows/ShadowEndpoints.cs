using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Shadows;

/// <summary>Maps the endpoints of shadows.</summary>
internal static class ShadowEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/shadows", (HttpContext context, ShadowCommands commands) => Answer.JsonAsync(context, commands.ListAsync))
            .RequireRoles(AdminRoles.UseReaders)
            .Describe("Lists shadows, newest first", "With what each has come to; that look is on record.")
            .Returns(typeof(ShadowList));
        api.MapGet(
                "/shadows/{id}",
                (HttpContext context, string id, ShadowCommands commands) => Answer.JsonAsync(context, call => commands.FindAsync(call, id))
            )
            .RequireRoles(AdminRoles.UseReaders)
            .Describe(
                "Shows whose answers a candidate would change",
                "By client and reason, with decision ids as examples; counted out of the stored trail, and that look is on record."
            )
            .Returns(typeof(ShadowReport));
        api.MapPost(
                "/shadows:start",
                (HttpContext context, ShadowCommands commands) =>
                    Answer.JsonAsync<StartShadowBody, ShadowReport>(context, commands.StartAsync)
            )
            .RequireRoles(AdminRoles.UseReaders)
            .Describe(
                "Judges live traffic under a candidate of a use case, beside the one in force",
                "Changes no answer, and ends at its date. `?dry_run=true` says whether it could start."
            )
            .Takes(typeof(StartShadowBody))
            .Returns(typeof(ShadowReport))
            .Repeatable();
        api.MapPost(
                "/shadows/{id}:end",
                (HttpContext context, string id, ShadowCommands commands) =>
                    Answer.JsonAsync<ReasonBody, ShadowReport>(context, (call, _) => commands.EndAsync(call, id))
            )
            .RequireRoles(AdminRoles.UseReaders)
            .Describe("Ends a shadow before its time", "What it has come to is kept in the trail.")
            .Takes(typeof(ReasonBody), optional: true)
            .Returns(typeof(ShadowReport))
            .Repeatable();
    }
}
