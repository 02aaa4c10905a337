using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.RegistryFiles.Files;

namespace PhiGateway.Admin.Declarative;

/// <summary>Exports, plans and applies the whole registry as one file; called by its endpoints.</summary>
internal sealed class ConfigCommands(WorkingSetSource sets, RegistryEditor editor)
{
    /// <summary>The whole registry as a file.</summary>
    public async Task<Outcome<ConfigExport>> ExportAsync(AdminCall call)
    {
        var set = await sets.GetAsync(call.Cancelled);
        return new ConfigExport(FileExport.Write(set), FileExport.ETag(set));
    }

    /// <summary>What applying a file would change.</summary>
    public async Task<Outcome<ConfigChange>> PlanAsync(AdminCall call, RegistryFile file, bool prune)
    {
        var edit = new Edit("config.plan", "config", set => Plan(call, file, set, prune));
        return (await editor.PreviewAsync(call, edit)).Failed(out var problem, out var outcome)
            ? problem
            : new ConfigChange(outcome, FileExport.ETag(outcome.Before));
    }

    /// <summary>Applies a file, all or nothing, over the very set that was planned against.</summary>
    public async Task<Outcome<ConfigChange>> ApplyAsync(AdminCall call, RegistryFile file, bool prune)
    {
        var edit = new Edit("config.apply", "config", set => IfMatch(call, set) is { } refused ? refused : Plan(call, file, set, prune));
        if ((await editor.WriteAsync(call, edit)).Failed(out var problem, out var outcome))
        {
            return problem;
        }

        var after = outcome.DryRun ? outcome.Before : await sets.GetAsync(call.Cancelled);
        return new ConfigChange(outcome, FileExport.ETag(after));
    }

    private static Outcome<EditPlan> Plan(AdminCall call, RegistryFile file, WorkingSet set, bool prune) =>
        FilePlanner.Plan(file, set, call.Person, prune).Failed(out var refusal, out var writes)
            ? AdminProblem.Of(refusal)
            : new EditPlan(writes);

    // The whole set is what one saw: a change by somebody else is not overwritten unseen.
    private static AdminProblem? IfMatch(AdminCall call, WorkingSet set)
    {
        if (call.IfMatch is null)
        {
            return AdminProblem.PreconditionRequired with { Detail = "Send the ETag of config:export or config:plan as If-Match." };
        }

        return ETag.ListContains(call.IfMatch, FileExport.ETag(set))
            ? null
            : new AdminProblem(
                412,
                "precondition-failed",
                "It has changed since you saw it",
                "The registry is not the one you planned against; plan again."
            );
    }
}

/// <summary>The registry as a file.</summary>
/// <param name="Root">Its sections.</param>
/// <param name="ETag">Strong tag of the whole set.</param>
internal sealed record ConfigExport(JsonObject Root, string ETag);

/// <summary>The result of planning or applying a registry file.</summary>
/// <param name="Edit">The change.</param>
/// <param name="ETag">Strong tag of the whole set that it leads to, or that it was planned on.</param>
internal sealed record ConfigChange(EditOutcome Edit, string ETag);
