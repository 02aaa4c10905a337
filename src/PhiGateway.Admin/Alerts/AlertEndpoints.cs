using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Alerts;

/// <summary>Maps the verbs of alerts; they are listed and read like every document.</summary>
internal static class AlertEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/alerts/{id}:acknowledge", (HttpContext context, string id, AlertVerbs verbs) => verbs.AcknowledgeAsync(context, id))
            .Verb(AdminRoles.Closers, "Says that somebody is at an alert", answer: typeof(Alert));
        api.MapPost("/alerts/{id}:close", (HttpContext context, string id, AlertVerbs verbs) => verbs.CloseAsync(context, id))
            .Verb(
                AdminRoles.Closers,
                "Closes an alert",
                "A reason is required; a door's alert is not raised again for the same date.",
                answer: typeof(Alert)
            );
    }
}
