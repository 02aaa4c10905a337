using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Status;

/// <summary>Maps the endpoints that operators watch: the registry in force, the nodes and kin.</summary>
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
        api.MapGet("/config/settings", (HttpContext context, SettingsReports reports) => Answer.JsonAsync(context, reports.ReportAsync))
            .RequireRoles(AdminRoles.All)
            .Describe(
                "Shows what is in force on this node",
                "Settings of the control plane, issuers, tenants; admin keys for those who read them. No secret."
            )
            .Returns(typeof(SettingsReport));
        api.MapGet("/issuers", (HttpContext context, IssuerKeys keys) => Answer.JsonAsync(context, _ => Task.FromResult(keys.Show())))
            .RequireRoles(AdminRoles.All)
            .Describe(
                "Shows the public keys by which this node checks what others signed",
                "Of token issuers, providers of persons, the administrators' own provider, transmitters. Each node has keys of its own."
            )
            .Returns(typeof(IssuersReport));
        api.MapPost(
                "/issuers/{name}:purge-keys",
                (HttpContext context, string name, IssuerKeys keys) => Answer.JsonAsync(context, call => keys.PurgeAsync(call, name))
            )
            .RequireRoles(AdminRoles.Closers)
            .Describe(
                "Makes this node forget an issuer's signing keys and fetch them anew",
                "For a key that is stolen, of whoever GET /issuers names. Each node has keys of its own: ask each."
            )
            .Returns(typeof(IssuerKeysReport))
            .Repeatable();
    }
}
