using System.Text.Json;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Organizations;

/// <summary>
/// The register of offboardings. It has no table: the act, its being in force and each notice are records of the trail, and what stands is
/// read from them, so that nobody can change a clock without a trace.
/// </summary>
/// <remarks>A step is seen once its record was shipped to the store: within a second, as a rule.</remarks>
internal sealed class OffboardingRegister(
    IAuditStore store,
    IAuditJournal journal,
    AdminJournal records,
    FleetReach fleet,
    TimeProvider time,
    ILogger<OffboardingRegister> log
)
{
    public const string Begin = "offboarding.begin";
    public const string InForce = "offboarding.in-force";
    public const string Notice = "offboarding.notice";

    // The answer to the act waits so long for the fleet; what takes longer is put down behind it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Starts the clock of an act that was written: its record is durable when this returns, or the problem to answer when it cannot be.
    /// </summary>
    public async Task<AdminProblem?> BeginAsync(AdminCall call, string subject, OffboardingContent content)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        try
        {
            await AppendAsync(call, Begin, subject, id, call.RequestId, content);
        }
        catch (JournalUnavailableException)
        {
            AdminLog.OutcomeUnrecorded(log, call.RequestId);
            return AdminProblem.OutcomeUnrecorded;
        }

        await Task.WhenAny(WatchAsync(call, subject, id, content.Revision, time.GetUtcNow()), Task.Delay(Patience, CancellationToken.None));
        return null;
    }

    /// <summary>Puts down that a notice was sent; durable when it returns.</summary>
    public Task NoticeAsync(AdminCall call, Offboarding about, NoticeContent content) =>
        AppendAsync(call, Notice, about.Subject, call.RequestId, about.Id, content);

    /// <summary>Puts down that the last door of one is closed, in the gateway's own name.</summary>
    public async Task ReachedAsync(Offboarding about, OffboardingReach reached)
    {
        var now = time.GetUtcNow();
        await AppendAsync(
            new AuditRecord
            {
                Id = Guid.CreateVersion7(now),
                ParentId = about.Id,
                Kind = AuditKind.Hold,
                Event = InForce,
                Time = now,
                Actor = AdminKeyRules.Gateway,
                Target = about.Subject,
            },
            reached
        );
    }

    /// <summary>Every offboarding since a moment, the newest first.</summary>
    public async Task<IReadOnlyList<Offboarding>> ReadAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var steps = await StepsAsync(new AuditQuery { Kind = AuditKind.Hold, From = since }, cancellationToken);
        var behind = steps.Where(static step => step.Event is InForce or Notice).ToLookup(static step => step.ParentId);
        return
        [
            .. steps
                .Where(static step => step.Event == Begin)
                .OrderByDescending(static step => step.Time)
                .Select(step => Of(step, behind[step.Id]))
                .OfType<Offboarding>(),
        ];
    }

    /// <summary>One of them, whenever it was; null: there is none.</summary>
    public async Task<Offboarding?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        var steps = await StepsAsync(new AuditQuery { Kind = AuditKind.Hold, Id = id }, cancellationToken);
        return steps.Find(step => step.Event == Begin && step.Id == id) is { } begun
            ? Of(begun, steps.Where(step => step.ParentId == id && step.Event is (InForce or Notice)))
            : null;
    }

    private async Task<List<AuditRecord>> StepsAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        var steps = new List<AuditRecord>();
        await foreach (var (_, record) in TrailWalk.AllAsync(store, query, cancellationToken, RegisterStep.PassOver))
        {
            steps.Add(record);
        }

        return steps;
    }

    // Null: what it says is no act.
    private static Offboarding? Of(AuditRecord step, IEnumerable<AuditRecord> behind)
    {
        if (RegisterStep.Read<OffboardingContent>(step) is not { Stage: not null, Clients: not null, Organizations: not null } content)
        {
            return null;
        }

        var later = behind.ToList();
        var reached = later.Where(static one => one.Event == InForce).MinBy(static one => one.Time);
        return new Offboarding(
            step.Id,
            step.Target ?? string.Empty,
            content.Stage,
            content.Event,
            content.EventAt,
            step.Time,
            step.Actor ?? string.Empty,
            content.Reason,
            content.Revision,
            content.Clients,
            content.Organizations,
            reached is null ? null : ReachOf(reached),
            [
                .. later
                    .Where(static one => one.Event == Notice)
                    .Select(static one =>
                        RegisterStep.Read<NoticeContent>(one) is { To: not null } notice
                            ? new OffboardingNotice(notice.SentAt, notice.To, one.Actor ?? string.Empty, notice.Reference)
                            : null
                    )
                    .OfType<OffboardingNotice>()
                    .OrderBy(static notice => notice.SentAt),
            ]
        );
    }

    private static OffboardingReach? ReachOf(AuditRecord reached) =>
        RegisterStep.Read<OffboardingReach>(reached) is { Nodes: not null } reach ? reach : null;

    private async Task WatchAsync(AdminCall call, string subject, Guid id, long revision, DateTimeOffset actAt)
    {
        try
        {
            if (await fleet.WaitAsync(revision, actAt, CancellationToken.None) is { } reached)
            {
                await AppendAsync(call, InForce, subject, Guid.CreateVersion7(time.GetUtcNow()), id, reached);
            }
        }
#pragma warning disable CA1031 // The act is done and on record; that nobody could see it everywhere is what the report then says.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            AdminLog.FleetNotSeen(log, call.RequestId, fault.GetType().Name);
        }
    }

    private async Task AppendAsync(AdminCall call, string step, string subject, Guid id, Guid parent, object content)
    {
        await AppendAsync(records.Create(call, step, subject, id, parent, AuditKind.Hold), content);
    }

    private async Task AppendAsync(AuditRecord record, object content)
    {
        record.After = JsonSerializer.Serialize(content, content.GetType(), AdminJson.Options);

        // What closes a door finds room to the last; so does its clock.
        await journal.AppendAsync(record, AuditLane.Reserved);
    }
}

/// <summary>What the record of an act says of it.</summary>
internal sealed record OffboardingContent(
    string Stage,
    OffboardingEvent Event,
    DateTimeOffset EventAt,
    string? Reason,
    long Revision,
    IReadOnlyList<string> Clients,
    IReadOnlyList<string> Organizations
);

/// <summary>What the record of a notice says of it.</summary>
internal sealed record NoticeContent(DateTimeOffset SentAt, string To, string? Reference);
