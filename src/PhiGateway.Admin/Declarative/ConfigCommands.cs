using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Decisions;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Shipping;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.RegistryFiles.Files;

namespace PhiGateway.Admin.Declarative;

/// <summary>Exports, plans and applies the whole registry as one file; called by its endpoints.</summary>
internal sealed class ConfigCommands(WorkingSetSource sets, RegistryEditor editor, IAuditStore trail, TrailSearch looks, TimeProvider time)
{
    /// <summary>What is answered where the trail does not say what was there.</summary>
    internal static readonly AdminProblem NotInTheTrail = AdminProblem.Conflict(
        "not-in-the-trail",
        "The registry of that moment cannot be put together: too much has changed since, or a change is not in the store."
    );

    /// <summary>The whole registry as a file.</summary>
    public async Task<Outcome<ConfigExport>> ExportAsync(AdminCall call)
    {
        var set = await sets.GetAsync(call.Cancelled);
        return new ConfigExport(FileExport.Write(set), FileExport.ETag(set));
    }

    /// <summary>
    /// The registry as a file as it was at a moment, put together from the trail; applied like any other file, it takes documents back, and
    /// what that opens has to be approved.
    /// </summary>
    public async Task<Outcome<ConfigExport>> ExportAsync(AdminCall call, DateTimeOffset at)
    {
        if (at > time.GetUtcNow())
        {
            return AdminProblem.BadParameter("at", "it lies ahead.");
        }

        await looks.RecordAsync(call, "config.export", string.Create(CultureInfo.InvariantCulture, $"at={at.UtcDateTime:O}"), null, null);
        var set = await sets.GetAsync(call.Cancelled);
        return
            await RegistryThen.FindAsync(trail, set, at, await sets.DeletedSinceAsync(set, at, call.Cancelled), call.Cancelled) is { } then
            ? new ConfigExport(FileExport.Write(then), FileExport.ETag(then))
            : NotInTheTrail;
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
