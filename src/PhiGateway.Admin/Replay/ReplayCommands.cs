using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.RegistryFiles.Files;

namespace PhiGateway.Admin.Replay;

/// <summary>
/// Replays past decisions: against a candidate registry, and to prove that narrower grants would have been enough. Called by their
/// endpoints; each look at the trail is on record first.
/// </summary>
internal sealed class ReplayCommands(
    IRegistryStore registry,
    IAuditStore trail,
    IAuditJournal journal,
    AdminJournal records,
    WorkingSetSource sets,
    AdminOptions options,
    TimeProvider time
) : IDisposable
{
    private const int MostDays = 400;

    // Each reads up to fifty thousand records of the audit database and decides them again: who comes then waits.
    private readonly SemaphoreSlim _turns = new(2, 2);

    /// <summary>Decides a window again over a candidate and lists whose answers change.</summary>
    /// <param name="call">The call.</param>
    /// <param name="file">The candidate: documents that differ from the registry.</param>
    /// <param name="days">How many days before now.</param>
    public async Task<Outcome<ReplayReport>> ReplayAsync(AdminCall call, RegistryFile file, int days)
    {
        if (Check(days) is { } bad)
        {
            return bad;
        }

        var set = await sets.GetAsync(call.Cancelled);
        if (FilePlanner.Plan(file, set, call.Person, prune: false).Failed(out var refusal, out var writes))
        {
            return AdminProblem.Of(refusal);
        }

        var now = time.GetUtcNow();
        var clients = AffectedClients.Of(set, set.After(writes, now, call.Person), writes);
        await RecordAsync(call, "trail.replay", days, string.Join(' ', clients));
        await _turns.WaitAsync(call.Cancelled);
        try
        {
            var both = await TwoRegistries.BuildAsync(registry, set, writes, clients, now, call.Cancelled);
            var window = new TrailWindow(trail, clients, now.AddDays(-days), now);
            var run = new ReplayRun(both, options, window.To);
            var isComplete = await window.ReadAsync(run.Take, call.Cancelled);
            return run.Report(window.From, window.To, isComplete);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    /// <summary>What a use case is granted and did not use, with narrower grants and their proof.</summary>
    public async Task<Outcome<RightSizeReport>> RightSizeAsync(AdminCall call, string id, int days)
    {
        if (Check(days) is { } bad)
        {
            return bad;
        }

        var set = await sets.GetAsync(call.Cancelled);
        if (set.Find<UseCase>(RegistryKind.UseCase, id) is not { } useCase)
        {
            return AdminProblem.NotFound("use case");
        }

        var now = time.GetUtcNow();
        string[] clients = [.. set.ClientsOf(id).Select(static client => client.Id)];
        await RecordAsync(call, "trail.right-size", days, "use-case/" + id);
        await _turns.WaitAsync(call.Cancelled);
        try
        {
            return await RightSizeAsync(set, useCase, new TrailWindow(trail, clients, now.AddDays(-days), now), days, call.Cancelled);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<RightSizeReport> RightSizeAsync(
        WorkingSet set,
        UseCase useCase,
        TrailWindow window,
        int days,
        CancellationToken cancellationToken
    )
    {
        var used = new UsedGrants(options);
        await window.ReadAsync(
            record =>
            {
                if (record.Decision == "permit")
                {
                    used.Take(record);
                }
            },
            cancellationToken
        );

        // What is missed at the first try is given back once; what is missed then is said.
        var (grants, replay, missing, areLabelsKept) = await TryAsync(set, useCase, used, window, cancellationToken);
        if (replay.WouldBeDenied > 0)
        {
            used.Kept.UnionWith(missing);
            (grants, replay, _, areLabelsKept) = await TryAsync(set, useCase, used, window, cancellationToken);
        }

        // Decisions are made again over requests; what labels left with them is held against the narrower grants beside that.
        var isProven = replay is { WouldBeDenied: 0, WouldBePermitted: 0, Complete: true } && areLabelsKept;
        return new RightSizeReport(
            useCase.Id,
            days,
            window.Clients,
            NarrowerGrants.Removed(useCase.Grants, grants),
            grants.Count == 0 ? null : grants,
            isProven,
            replay
        );
    }

    private static bool AreLabelsKept(UseCase useCase, IReadOnlyList<Grant> grants, AuditRecord record) =>
        record.Decision != "permit" || GrantLabels.Keep(useCase.Grants, grants, [.. UsedGrants.TypesReleased(record)], record.Labels);

    private async Task<(IReadOnlyList<Grant> Grants, ReplayReport Report, IReadOnlyList<string> Missing, bool AreLabelsKept)> TryAsync(
        WorkingSet set,
        UseCase useCase,
        UsedGrants used,
        TrailWindow window,
        CancellationToken cancellationToken
    )
    {
        var grants = NarrowerGrants.Of(useCase.Grants, used);
        var version = set.Find(RegistryKind.UseCase, useCase.Id)!.Item.Version;
        var write = new RegistryWrite(RegistryKind.UseCase, useCase.Id, RegistryJson.Serialize(useCase with { Grants = grants }), version);
        var both = await TwoRegistries.BuildAsync(registry, set, [write], window.Clients, window.To, cancellationToken);
        var run = new ReplayRun(both, options, window.To);
        var areLabelsKept = true;
        var isComplete = await window.ReadAsync(
            record =>
            {
                run.Take(record);
                areLabelsKept = areLabelsKept && AreLabelsKept(useCase, grants, record);
            },
            cancellationToken
        );
        var report = run.Report(window.From, window.To, isComplete);
        return (grants, report, [.. run.Missing.Select(static type => type.Name)], areLabelsKept);
    }

    private async Task RecordAsync(AdminCall call, string name, int days, string what)
    {
        var look = records.Create(call, name, "audit", call.RequestId, Guid.Empty, AuditKind.AuditUse);
        look.Note = string.Create(CultureInfo.InvariantCulture, $"days={days}; {what}");
        await journal.AppendAsync(look);
    }

    private static AdminProblem? Check(int days) =>
        days is < 1 or > MostDays ? AdminProblem.BadParameter("days", $"1 to {MostDays} is expected.") : null;
}
