using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Status;

/// <summary>Maps what operators watch.</summary>
internal static class StatusEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/config/status", (HttpContext context, StatusReports reports) => Answer.JsonAsync(context, reports.StatusAsync))
            .RequireRoles(AdminRoles.All)
            .Describe("Shows which registry revision is in force here")
            .Returns(typeof(StatusReport));
        api.MapGet("/config/nodes", (HttpContext context, StatusReports reports) => Answer.JsonAsync(context, reports.NodesAsync))
            .RequireRoles(AdminRoles.All)
            .Describe("Shows which registry revision every node enforces")
            .Returns(typeof(NodesReport));
    }
}
