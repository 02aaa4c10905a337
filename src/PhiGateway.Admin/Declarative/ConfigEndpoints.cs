using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Declarative;

/// <summary>Maps the declarative twin.</summary>
internal static class ConfigEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/config:export", (HttpContext context, ConfigCommands commands) => commands.ExportAsync(context))
            .RequireRoles(AdminRoles.All)
            .Describe("Exports the registry as a file", "YAML, or JSON by Accept; applying it changes nothing.")
            .Returns(typeof(RegistryFileBody), contentType: ConfigCommands.Yaml)
            .Reads(CallParameter.IfNoneMatch);
        api.MapPost("/config:plan", (HttpContext context, ConfigCommands commands) => commands.PlanAsync(context))
            .RequireRoles(AdminRoles.All)
            .Describe(
                "Compares a file with the registry",
                "Writes nothing; `?prune=true` also plans deletions. The ETag is If-Match for config:apply."
            )
            .Takes(typeof(RegistryFileBody), ConfigCommands.Yaml)
            .Returns(typeof(DryRunReport))
            .Repeatable(IdempotencyScope.File(ConfigCommands.MaxFile))
            .Reads(CallParameter.Prune, CallParameter.CarryApproval, CallParameter.IfMatch);
        api.MapPost("/config:apply", (HttpContext context, ConfigCommands commands) => commands.ApplyAsync(context))
            .RequireRoles(AdminRoles.Writers)
            .Describe(
                "Applies a file to the registry",
                "All or nothing; If-Match is required; deletes nothing unless `?prune=true`. States and approvals never come from a file."
            )
            .Takes(typeof(RegistryFileBody), ConfigCommands.Yaml)
            .Returns(typeof(DryRunReport))
            .Repeatable(IdempotencyScope.File(ConfigCommands.MaxFile))
            .Reads(CallParameter.Prune, CallParameter.CarryApproval, CallParameter.IfMatch);
    }
}
