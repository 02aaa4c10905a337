using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Trail;
using PhiGateway.RegistryFiles.Files;
using PhiGateway.RegistryFiles.Yaml;

namespace PhiGateway.Admin.Declarative;

/// <summary>Maps the endpoints that export, plan and apply the registry as a file.</summary>
internal static class ConfigEndpoints
{
    internal const string Yaml = "application/yaml";

    // Fifty thousand clients as YAML are some thirty megabytes.
    private const int MaxFile = 64 * 1024 * 1024;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/config:export", (HttpContext context, ConfigCommands commands) => ExportAsync(context, commands))
            .RequireRoles(AdminRoles.All)
            .Describe(
                "Exports the registry as a file",
                "YAML, or JSON by Accept; applying it changes nothing. With `at`, as it was at that moment, put together from the trail."
            )
            .Returns(typeof(RegistryFileBody), contentType: Yaml)
            .Reads(CallParameter.At, CallParameter.IfNoneMatch);
        api.MapPost("/config:plan", (HttpContext context, ConfigCommands commands) => RunAsync(context, commands.PlanAsync))
            .RequireRoles(AdminRoles.All)
            .Describe(
                "Compares a file with the registry",
                "Writes nothing; `?prune=true` also plans deletions. The ETag is If-Match for config:apply."
            )
            .Takes(typeof(RegistryFileBody), Yaml)
            .Returns(typeof(DryRunReport))
            .Repeatable(IdempotencyScope.File(MaxFile))
            .Reads(CallParameter.Prune, CallParameter.CarryApproval, CallParameter.IfMatch);
        api.MapPost("/config:apply", (HttpContext context, ConfigCommands commands) => RunAsync(context, commands.ApplyAsync))
            .RequireRoles(AdminRoles.Writers)
            .Describe(
                "Applies a file to the registry",
                "All or nothing; If-Match is required; deletes nothing unless `?prune=true`. States and approvals never come from a file."
            )
            .Takes(typeof(RegistryFileBody), Yaml)
            .Returns(typeof(DryRunReport))
            .Repeatable(IdempotencyScope.File(MaxFile))
            .Reads(CallParameter.Prune, CallParameter.CarryApproval, CallParameter.IfMatch);
    }

    private static Task<IResult> ExportAsync(HttpContext context, ConfigCommands commands)
    {
        var accept = context.Request.Headers.Accept.ToString();
        var json =
            accept.Contains("json", StringComparison.OrdinalIgnoreCase) && !accept.Contains("yaml", StringComparison.OrdinalIgnoreCase);
        return Answer.OfAsync(
            context,
            call =>
                context.Request.Query["at"] switch
                {
                    [] => commands.ExportAsync(call),
                    [{ } text] when TrailQueryReader.Moment(text) is { } at => commands.ExportAsync(call, at),
                    _ => Task.FromResult<Outcome<ConfigExport>>(AdminProblem.BadParameter("at", "one moment is expected.")),
                },
            export =>
            {
                var text = json ? export.Root.ToJsonString(Indented) : RegistryText.ToYaml(export.Root);
                return new AdminResult(StatusCodes.Status200OK, Encoding.UTF8.GetBytes(text))
                {
                    ContentType = json ? "application/json" : Yaml,
                    ETag = export.ETag,
                };
            }
        );
    }

    private static Task<IResult> RunAsync(HttpContext context, Func<AdminCall, RegistryFile, bool, Task<Outcome<ConfigChange>>> run) =>
        Answer.OfAsync(
            context,
            async call =>
            {
                if (CallReader.Flag(context, "prune", out var prune) is { } bad)
                {
                    return bad;
                }

                return (await ReadAsync(context)).Failed(out var problem, out var file) ? problem : await run(call, file, prune);
            },
            static change => AdminResult.Json(DryRunReport.Of(change.Edit)) with { ETag = change.ETag }
        );

    /// <summary>Reads the file in a request's body.</summary>
    internal static async Task<Outcome<RegistryFile>> ReadAsync(HttpContext context)
    {
        string[] yamlTypes = [Yaml, "application/x-yaml", "text/yaml"];
        var yaml = yamlTypes.Any(type => RequestBody.IsMediaType(context, type));
        if (!yaml && !RequestBody.IsMediaType(context, "application/json"))
        {
            return AdminProblem.MediaType($"{Yaml} or application/json");
        }

        if ((await RequestBody.ReadBytesAsync(context, MaxFile)).Failed(out var problem, out var bytes))
        {
            return problem;
        }

        return RegistryFile.Read(bytes, yaml).Failed(out var refusal, out var file) ? AdminProblem.Of(refusal) : file;
    }
}
