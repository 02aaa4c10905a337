using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Organizations;

/// <summary>Maps the endpoints that show the clocks of offboardings and track what partners are told.</summary>
internal static class OffboardingEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/offboardings", (HttpContext context, OffboardingReports reports) => Answer.JsonAsync(context, reports.ListAsync))
            .RequireRoles(AdminRoles.OffboardingReaders)
            .Describe("Lists offboardings with their clocks, newest first", "Against one hour and 24 hours.")
            .Returns(typeof(OffboardingList));
        api.MapGet(
                "/offboardings/{id}",
                (HttpContext context, string id, OffboardingReports reports) =>
                    Answer.JsonAsync(context, call => reports.FindAsync(call, id))
            )
            .RequireRoles(AdminRoles.OffboardingReaders)
            .Describe(
                "Shows one offboarding: event, act, in force, and the letters to partners",
                "For auditors also the last permitted calls of its clients; that look is on record."
            )
            .Returns(typeof(OffboardingReport));
        api.MapPost(
                "/offboardings/{id}:notice-sent",
                (HttpContext context, string id, OffboardingReports reports) =>
                    Answer.JsonAsync<NoticeBody, OffboardingReport>(context, (call, body) => reports.NoticeAsync(call, id, body))
            )
            .RequireRoles(AdminRoles.Notifiers)
            .Describe("Puts down that a partner was told", "On record; the 24 hours are held against the first.")
            .Takes(typeof(NoticeBody))
            .Returns(typeof(OffboardingReport))
            .Repeatable();
    }
}
