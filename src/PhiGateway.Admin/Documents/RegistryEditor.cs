using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Documents;

/// <summary>The only way from the admin API into the registry: plan, validate, record the intent, write, record the outcome.</summary>
/// <remarks>One writer at a time in this process; between processes the store's expected versions decide.</remarks>
internal sealed class RegistryEditor(IRegistryStore store, WorkingSetSource sets, IRegistryRules rules, AdminJournal journal, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);

    public async Task<Outcome<EditOutcome>> WriteAsync(HttpContext context, Edit edit)
    {
        await _writing.WaitAsync(context.RequestAborted);
        try
        {
            return await WriteOneAsync(context, edit);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>What a change would do; writes nothing and waits for nobody.</summary>
    public async Task<Outcome<EditOutcome>> PreviewAsync(HttpContext context, Edit edit)
    {
        var before = await sets.GetAsync(context.RequestAborted);
        if (edit.Plan(before).Failed(out var problem, out var plan))
        {
            return problem;
        }

        var after = before.After(plan.Writes, time.GetUtcNow(), AdminCaller.Of(context).Person);
        return FindNewProblems(before, after, plan) is { Count: > 0 } findings
            ? AdminProblem.Invalid(findings) with { Status = edit.ProblemStatus }
            : new EditOutcome(before, after, plan, [], DryRun: true);
    }

    public void Dispose() => _writing.Dispose();

    public static bool IsDryRun(HttpContext context) => context.Request.Query["dry_run"] is ["true"];

    private async Task<Outcome<EditOutcome>> WriteOneAsync(HttpContext context, Edit edit)
    {
        var actor = AdminCaller.Of(context).Person;

        // 1. Plan on what is stored now.
        var before = await sets.GetAsync(context.RequestAborted);
        if (edit.Plan(before).Failed(out var problem, out var plan))
        {
            return problem;
        }

        // 2. Refuse what would contradict itself. Old contradictions must not keep anyone from closing a path.
        var after = before.After(plan.Writes, time.GetUtcNow(), actor);
        if (FindNewProblems(before, after, plan) is { Count: > 0 } findings)
        {
            return AdminProblem.Invalid(findings) with { Status = edit.ProblemStatus };
        }

        if (IsDryRun(context) || (plan.Writes.Count == 0 && plan.Revocations.Count == 0))
        {
            return new EditOutcome(before, after, plan, [], IsDryRun(context));
        }

        // 3. The intent is durable before anything changes; a caller who hangs up does not stop what has begun.
        await journal.IntentAsync(context, edit, plan, before, before.Revision);

        // 4. Write: revocations first, they only ever close (lifting is a call of its own).
        var revision = before.Revision;
        foreach (var revocation in plan.Revocations)
        {
            revision = await store.RevokeAsync(revocation, CancellationToken.None);
        }

        IReadOnlyList<RegistryItem> items = [];
        if (plan.Writes.Count > 0)
        {
            switch (await store.WriteAsync(plan.Writes, actor, CancellationToken.None))
            {
                case RegistryWriteResult.Written written:
                    revision = written.Revision;
                    items = written.Items;
                    break;
                case RegistryWriteResult.Conflict conflict:
                    var note = $"conflict at {RegistryRoute.Of(conflict.Kind).Word}/{conflict.Id}";
                    return await journal.OutcomeAsync(context, edit.Event, edit.Target, StatusCodes.Status412PreconditionFailed, note)
                        ?? AdminProblem.PreconditionFailed(conflict.CurrentVersion);
                default:
                    throw new InvalidOperationException("The store answered with an unknown result.");
            }
        }

        // 5. The outcome is durable before the caller is told.
        if (await journal.OutcomeAsync(context, edit.Event, edit.Target, StatusCodes.Status200OK, AdminJournal.WrittenAt(revision), revision) is { } unrecorded)
        {
            return unrecorded;
        }

        return new EditOutcome(before, after, plan, items, DryRun: false);
    }

    private List<ProblemPointer> FindNewProblems(WorkingSet before, WorkingSet after, EditPlan plan) =>
        [.. rules.Validate(before, after, plan.Writes).Select(problem => ToPointer(problem, plan))];

    // A problem of the one document in the body points into it; any other names its place in words.
    private static ProblemPointer ToPointer(RegistryProblem problem, EditPlan plan)
    {
        if (plan.Writes.Count == 1)
        {
            var write = plan.Writes[0];
            var prefix = RegistryPaths.Of(write.Kind, write.Id);
            if (problem.Path == prefix || problem.Path.StartsWith(prefix + "/", StringComparison.Ordinal))
            {
                return new ProblemPointer(problem.Path[prefix.Length..], "contradiction", problem.Message);
            }
        }

        return new ProblemPointer(string.Empty, "contradiction", $"{problem.Path}: {problem.Message}");
    }
}
