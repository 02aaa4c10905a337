using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Alerts;

/// <summary>Maps the verbs of alerts; they are listed and read like every document.</summary>
internal static class AlertEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost(
                "/alerts/{id}:acknowledge",
                (HttpContext context, string id, AlertVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Alert, id, (call, body) => verbs.AcknowledgeAsync(call, id, body))
            )
            .Verb(AdminRoles.Closers, "Says that somebody is at an alert", answer: typeof(Alert));
        api.MapPost(
                "/alerts/{id}:take",
                (HttpContext context, string id, AlertHandling handling) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Alert, id, (call, body) => handling.TakeAsync(call, id, body))
            )
            .Verb(AdminRoles.Closers, "Takes an alert: the caller deals with it", answer: typeof(Alert));
        api.MapPost(
                "/alerts/{id}:assign",
                (HttpContext context, string id, AlertHandling handling) =>
                    VerbAnswer.OfAsync<AssignBody>(context, RegistryKind.Alert, id, (call, body) => handling.AssignAsync(call, id, body))
            )
            .Verb(AdminRoles.Keepers, "Says who is to deal with an alert", null, typeof(AssignBody), typeof(Alert));
        api.MapPost(
                "/alerts/{id}:snooze",
                (HttpContext context, string id, AlertHandling handling) =>
                    VerbAnswer.OfAsync<SnoozeBody>(context, RegistryKind.Alert, id, (call, body) => handling.SnoozeAsync(call, id, body))
            )
            .Verb(
                AdminRoles.Keepers,
                "Lets an alert wait, with an end",
                "For thirty days at most; a reason is required.",
                typeof(SnoozeBody),
                typeof(Alert)
            );
        api.MapPost(
                "/alerts/{id}:close",
                (HttpContext context, string id, AlertVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Alert, id, (call, body) => verbs.CloseAsync(call, id, body))
            )
            .Verb(
                AdminRoles.Keepers,
                "Closes an alert",
                "A reason is required; a door's alert is not raised again for the same date.",
                answer: typeof(Alert)
            );
        api.MapPost(
                "/alerts/{id}:review",
                (HttpContext context, string id, AlertVerbs verbs) =>
                    VerbAnswer.OfAsync<ReviewBody>(context, RegistryKind.Alert, id, (call, body) => verbs.ReviewAsync(call, id, body))
            )
            .Verb(
                AdminRoles.EmergencyDeciders,
                "Decides whether an emergency use was one",
                "Never by who stands behind the client. List what waits with `?kind=break-glass&state=open`.",
                typeof(ReviewBody),
                typeof(Alert)
            );
        api.MapGet(
                "/alerts/{id}/emergency-use",
                (HttpContext context, string id, EmergencyReports reports) => Answer.JsonAsync(context, call => reports.ReadAsync(call, id))
            )
            .RequireRoles(AdminRoles.EmergencyDeciders)
            .Describe(
                "Shows what was said at an emergency use, and how much it touched",
                "For who decides about it. The justifications may name patients; the look is on record."
            )
            .Returns(typeof(EmergencyReport));
    }
}
