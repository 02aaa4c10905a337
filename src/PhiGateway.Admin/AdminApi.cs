using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin;

/// <summary>Maps the whole admin API onto an application of its own listener.</summary>
public static class AdminApi
{
    /// <summary>Adds the boundary, the gate and every endpoint; nothing else may be mapped before it.</summary>
    public static WebApplication MapPhiGatewayAdmin(this WebApplication app)
    {
        app.UseMiddleware<AdminBoundary>();
        app.UseRouting();
        app.UseMiddleware<AdminGate>();

        var api = app.MapGroup("/admin/v1");
        DocumentEndpoints.Map(api);
        app.MapOpenApi("/openapi/{documentName}.json").RequireRoles(AdminRoles.All);
        return app;
    }
}
