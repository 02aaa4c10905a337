using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Declarative;

/// <summary>The declarative twin of the API: export, plan and apply the whole registry.</summary>
internal sealed class ConfigCommands(WorkingSetSource sets, RegistryEditor editor, IRegistryRules rules)
{
    public const string Yaml = "application/yaml";

    // Fifty thousand clients as YAML are some thirty megabytes.
    internal const int MaxFile = 64 * 1024 * 1024;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public async Task<IResult> ExportAsync(HttpContext context)
    {
        var set = await sets.GetAsync(context.RequestAborted);
        var root = FileExport.Write(set);
        var accept = context.Request.Headers.Accept.ToString();
        var json =
            accept.Contains("json", StringComparison.OrdinalIgnoreCase) && !accept.Contains("yaml", StringComparison.OrdinalIgnoreCase);
        return new AdminResult(StatusCodes.Status200OK, Encoding.UTF8.GetBytes(json ? root.ToJsonString(Indented) : YamlText.Write(root)))
        {
            ContentType = json ? "application/json" : Yaml,
            ETag = FileExport.ETag(set),
        };
    }

    public Task<IResult> PlanAsync(HttpContext context) => RunAsync(context, planOnly: true);

    public Task<IResult> ApplyAsync(HttpContext context) => RunAsync(context, planOnly: false);

    private async Task<IResult> RunAsync(HttpContext context, bool planOnly)
    {
        var yaml =
            RequestBody.IsMediaType(context, Yaml)
            || RequestBody.IsMediaType(context, "application/x-yaml")
            || RequestBody.IsMediaType(context, "text/yaml");
        if (!yaml && !RequestBody.IsMediaType(context, "application/json"))
        {
            return AdminProblem.MediaType($"{Yaml} or application/json");
        }

        var prune = context.Request.Query["prune"];
        if (prune.Count > 0 && prune is not ["true"] and not ["false"])
        {
            return AdminProblem.BadParameter("prune", "true or false is expected.");
        }

        if (
            (await RequestBody.ReadBytesAsync(context, MaxFile)).Failed(out var problem, out var bytes)
            || RegistryFile.Read(bytes, yaml).Failed(out problem, out var file)
        )
        {
            return problem;
        }

        var actor = AdminCaller.Of(context).Person;
        if (planOnly)
        {
            return await PlanAsync(context, file, actor, prune is ["true"]);
        }

        var edit = new Edit(
            "config.apply",
            "config",
            set => IfMatch(context, set) is { } refused ? refused : FilePlanner.Plan(file, set, actor, prune is ["true"])
        );
        if ((await editor.WriteAsync(context, edit)).Failed(out problem, out var outcome))
        {
            return problem;
        }

        var after = await sets.GetAsync(context.RequestAborted);
        return AdminResult.Json(DryRunReport.Of(outcome, rules)) with { ETag = FileExport.ETag(outcome.DryRun ? outcome.Before : after) };
    }

    private async Task<IResult> PlanAsync(HttpContext context, RegistryFile file, string actor, bool prune)
    {
        var edit = new Edit("config.plan", "config", set => FilePlanner.Plan(file, set, actor, prune));
        if ((await editor.PreviewAsync(context, edit)).Failed(out var problem, out var outcome))
        {
            return problem;
        }

        return AdminResult.Json(DryRunReport.Of(outcome, rules)) with
        {
            ETag = FileExport.ETag(outcome.Before),
        };
    }

    // The whole set is what one saw: a change by somebody else is not overwritten unseen.
    private static AdminProblem? IfMatch(HttpContext context, WorkingSet set)
    {
        var header = context.Request.Headers.IfMatch;
        if (header.Count == 0)
        {
            return AdminProblem.PreconditionRequired with { Detail = "Send the ETag of config:export or config:plan as If-Match." };
        }

        return ETag.ListContains(header, FileExport.ETag(set))
            ? null
            : new AdminProblem(
                412,
                "precondition-failed",
                "It has changed since you saw it",
                "The registry is not the one you planned against; plan again."
            );
    }
}
