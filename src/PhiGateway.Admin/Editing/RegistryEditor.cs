using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>The only way from the admin API into the registry: plan, validate, record the intent, write, record the outcome.</summary>
/// <remarks>
/// Changes of one process take turns (<see cref="EditTurns"/>), and what closes waits for nothing else; the store writes only over the set
/// that was judged, and the loser plans anew. No change waits for the database without end.
/// </remarks>
internal sealed class RegistryEditor(
    IRegistryStore store,
    WorkingSetSource sets,
    RegistryRules rules,
    AdminJournal journal,
    AdminOptions options,
    TimeProvider time
) : IDisposable
{
    // Each attempt is a race lost against another node; whoever loses this many times is told to come back.
    private const int MaxAttempts = 5;

    // A path that is to close is not told to come back for a while yet.
    private const int MaxAttemptsToClose = 25;

    // Longer than the largest change takes; what takes longer holds up everybody behind it.
    private static readonly TimeSpan MaxWrite = TimeSpan.FromSeconds(30);

    private readonly EditTurns _turns = new();

    public async Task<Outcome<EditOutcome>> WriteAsync(AdminCall call, Edit edit)
    {
        Outcome<EditOutcome> written;
        using (await _turns.EnterAsync(edit, call.Cancelled))
        {
            written = await WriteOneAsync(call, edit);
        }

        if (written.Value is { DryRun: true } planned && Closes(planned))
        {
            return planned with { Running = options.RunningRequests(Stopped(planned)) };
        }

        // Nobody waits behind this: it only looks what became of the act.
        return written.Value is { Revision: > 0 } outcome && (Closes(outcome) || Narrows(call, outcome))
            ? outcome with
            {
                Cut = await options.AnswersCut(outcome.Revision, outcome.Now),
            }
            : written;
    }

    /// <summary>What a change would do; writes nothing and waits for nobody.</summary>
    public Task<Outcome<EditOutcome>> PreviewAsync(AdminCall call, Edit edit) => PlanAsync(call, edit);

    public void Dispose() => _turns.Dispose();

    private async Task<Outcome<EditOutcome>> WriteOneAsync(AdminCall call, Edit edit)
    {
        var most = edit switch
        {
            { IsClosing: true } => MaxAttemptsToClose,
            // What is lifted was looked at by the caller, who looks again.
            { IsRowsOnly: true } => 1,
            _ => MaxAttempts,
        };
        for (var attempt = 1; ; attempt++)
        {
            // 1. Plan on what is there now, refuse what would contradict itself.
            if ((await PlanAsync(call, edit)).Failed(out var problem, out var outcome))
            {
                return problem;
            }

            var (before, plan) = (outcome.Before, outcome.Plan);
            if (call.IsDryRun || (plan.Writes.Count == 0 && plan.Revocations.Count == 0))
            {
                return outcome with { DryRun = call.IsDryRun };
            }

            // 2. The intent is durable before anything changes; a caller who hangs up does not stop what has begun.
            await journal.IntentAsync(call, edit, plan, before, before.Revision, attempt);

            // 3. Write, all or nothing, and only over the very set that was judged.
            switch (await StoreAsync(call, edit, plan, before))
            {
                case RegistryWriteResult.Written written:
                    // 4. The outcome is durable before the caller is told.
                    return
                        await journal.OutcomeAsync(
                            call,
                            edit.Event,
                            edit.Target,
                            200,
                            AdminJournal.WrittenAt(written.Revision),
                            written.Revision
                        )
                            is { } unrecorded
                        ? unrecorded
                        : outcome with
                        {
                            Items = written.Items,
                            DryRun = false,
                            Revision = written.Revision,
                        };
                case RegistryWriteResult.Conflict or RegistryWriteResult.Moved when attempt < most:
                    // Somebody on another node was faster: look again, since both changes together may say something else.
                    if (
                        await journal.OutcomeAsync(
                            call,
                            edit.Event,
                            edit.Target,
                            409,
                            "not written: the registry moved on, planned anew"
                        ) is
                        { } broken
                    )
                    {
                        return broken;
                    }

                    break;
                case null:
                    return AdminProblem.StoreSlow;
                default:
                    return await journal.OutcomeAsync(call, edit.Event, edit.Target, 503, "not written: the registry kept moving on")
                        ?? AdminProblem.Busy;
            }
        }
    }

    private static IReadOnlyList<string> Stopped(EditOutcome outcome) =>
        [
            .. outcome.Revoked.Union(
                outcome.Paths.Where(static path => path.Closed.Count > 0).Select(static path => path.Client),
                StringComparer.Ordinal
            ),
        ];

    // Whose approval goes along because less is permitted keeps every door, and what runs under what is no longer permitted is cut.
    private static bool Narrows(AdminCall call, EditOutcome outcome) => call.CarryApproval && outcome.CarriedOver.Count > 0;

    private static bool Closes(EditOutcome outcome) =>
        outcome.Plan.Revocations.Any(static row => !row.Lifted)
        || outcome.Paths.Any(static path => path.Closed.Count > 0 || path.Narrowed.Count > 0 || path.ApprovalTaken);

    private async Task<Outcome<EditOutcome>> PlanAsync(AdminCall call, Edit edit)
    {
        // An emergency stop is judged against nothing, and does not wait behind whoever waits for a database that hangs.
        var before = edit.IsRowsOnly && edit.IsClosing ? await sets.GetOrLastAsync(call.Cancelled) : await sets.GetAsync(call.Cancelled);
        var now = time.GetUtcNow();
        if (
            edit.Plan(before).Failed(out var problem, out var plan)
            || ApprovalCarryOver.Extend(call, before, plan, NodeTerms.Of(options), now).Failed(out problem, out plan)
        )
        {
            return problem;
        }

        // What this version cannot read it does not replace: a restriction that it does not know would be gone.
        if (
            !call.DropUnknown
            && !plan.KeepsUnknown
            && plan.Writes.FirstOrDefault(write => before.Find(write.Kind, write.Id) is { IsNotUnderstood: true }) is { } newer
        )
        {
            return AdminProblem.Conflict(
                "newer-document",
                $"{RegistryPaths.Of(newer.Kind, newer.Id)} was written by a newer version, or by hand, and has what "
                    + "this node does not know. Call a node of that version, or drop what is unknown with drop_unknown=true."
            );
        }

        // Old contradictions must not keep anyone from closing a path: only new ones count.
        var after = before.After(plan.Writes, now, call.Person);
        if (FindNewProblems(before, after, plan) is { Count: > 0 } findings)
        {
            return AdminProblem.Invalid(findings) with { Status = edit.ProblemStatus };
        }

        if (
            (
                LastAdminGuard.Check(before, after, plan, now)
                ?? PrivilegedKeyGuard.Check(edit, call, before, after, now, plan)
                ?? OwnerChangeGuard.Check(before, plan, now)
            ) is
            { } locked
        )
        {
            return locked;
        }

        // What opens needs two: the approvals behind a door that would open end with the same write.
        var writesCredentials = plan.Writes.Any(static write => write.Kind == RegistryKind.Credential);
        IReadOnlySet<string> revoked = writesCredentials
            ? await RevocationRows.CredentialsAsync(store, call.Cancelled)
            : new HashSet<string>();
        plan = OpeningGuard.Extend(
            edit,
            TaskCount.Noted(plan, before, after, now),
            before,
            call.Persons,
            revoked,
            options.RosterGrowth.MostAlone,
            now
        );
        return new EditOutcome(before, before.After(plan.Writes, now, call.Person), plan, [], DryRun: true, now)
        {
            Warnings = rules.Warn(after, plan.Writes),
            Node = NodeTerms.Of(options),
        };
    }

    // Null: the database did not answer in time, and what came of the change is not known.
    private async Task<RegistryWriteResult?> StoreAsync(AdminCall call, Edit edit, EditPlan plan, WorkingSet before)
    {
        // Revocations belong to no document: they are judged against nothing, and nothing must hold them up.
        var batch = new RegistryBatch(plan.Writes)
        {
            Revocations = plan.Revocations,
            SeenRevision = plan.Writes.Count == 0 ? null : before.Revision,
            SeenTimeline = before.Timeline,
            SeenRevocation = plan.SeenRevocation,
        };
        var given = new CancellationTokenSource();
        var writing = WriteAsync();
        try
        {
            return await writing.WaitAsync(MaxWrite, time);
        }
        catch (Exception fault)
        {
            // The intent is on record, so what came of it must be too; whether the commit arrived is not known.
            var isLate = fault is TimeoutException && !writing.IsCompleted;
            var note = fault switch
            {
                RegistryHeldException => "not written: held by another writer",
                _ when isLate => "unknown: no answer in time",
                _ => "unknown: " + fault.GetType().Name,
            };
            await journal.OutcomeAsync(call, edit.Event, edit.Target, 503, note);
            if (isLate)
            {
                return null;
            }

            throw;
        }
        finally
        {
            _ = LeaveAsync(writing, given);
        }

        async Task<RegistryWriteResult> WriteAsync() => await store.WriteAsync(batch, call.Person, given.Token);
    }

    private static async Task LeaveAsync(Task writing, CancellationTokenSource given)
    {
        if (!writing.IsCompleted)
        {
            await given.CancelAsync();
        }

        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        given.Dispose();
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
