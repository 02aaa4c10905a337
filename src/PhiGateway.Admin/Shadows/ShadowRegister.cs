using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Shadows;

/// <summary>
/// The register of shadows. It has no table: that one was started, that it was ended and what came of it are records of the trail, and what
/// stands is read from them on every node.
/// </summary>
/// <remarks>What another node wrote is seen once it was shipped to the store; what this one wrote, at once. Thread-safe.</remarks>
internal sealed class ShadowRegister(IAuditStore store, IAuditJournal journal, AdminJournal records, TimeProvider time)
{
    /// <summary>The longest that one may run.</summary>
    public const int MostDays = 31;

    private const string Begin = "shadow.begin";
    private const string End = "shadow.end";
    private const string Report = "shadow.report";

    // One that ran for its longest, and a quarter in which its report is looked at.
    private static readonly TimeSpan Shown = TimeSpan.FromDays(MostDays + 92);

    // By then it was shipped, or the node has been cut off from the store and reads nothing either.
    private static readonly TimeSpan OwnKept = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly List<AuditRecord> _own = [];

    /// <summary>Counts what this node has put down, so that a loop sees that there is something new.</summary>
    public int Written { get; private set; }

    /// <summary>Starts one; durable when it returns.</summary>
    public async Task BeginAsync(AdminCall call, Shadow shadow, IReadOnlyDictionary<string, long> places) =>
        await AppendAsync(
            records.Create(call, Begin, TargetOf(shadow), shadow.Id, call.RequestId, AuditKind.Hold),
            new ShadowContent(shadow.UseCase, shadow.Candidate, shadow.Version, shadow.Until, shadow.OneIn, shadow.Reason, places)
        );

    /// <summary>Ends one before its time; durable when it returns.</summary>
    public async Task EndAsync(AdminCall call, Shadow shadow) =>
        await AppendAsync(records.Create(call, End, TargetOf(shadow), call.RequestId, shadow.Id, AuditKind.Hold), null);

    /// <summary>Puts down what came of one that is over, in the gateway's own name.</summary>
    public async Task ReportAsync(Shadow shadow, ShadowOutcome outcome)
    {
        var now = time.GetUtcNow();
        var record = new AuditRecord
        {
            Id = Guid.CreateVersion7(now),
            ParentId = shadow.Id,
            Kind = AuditKind.Hold,
            Event = Report,
            Time = now,
            Actor = AdminKeyRules.Gateway,
            Target = TargetOf(shadow),
        };
        await AppendAsync(record, outcome);
    }

    /// <summary>Every shadow of the last months, the newest first.</summary>
    public async Task<IReadOnlyList<KnownShadow>> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var steps = new Dictionary<Guid, AuditRecord>();
        var query = new AuditQuery { Kind = AuditKind.Hold, From = now - Shown };
        await foreach (var (_, record) in TrailWalk.AllAsync(store, query, cancellationToken, RegisterStep.PassOver))
        {
            if (record.Event is Begin or End or Report)
            {
                steps[record.Id] = record;
            }
        }

        lock (_gate)
        {
            _own.RemoveAll(own => steps.ContainsKey(own.Id) || now - own.Time > OwnKept);
            _own.ForEach(own => steps[own.Id] = own);
        }

        var behind = steps.Values.Where(static step => step.Event != Begin).ToLookup(static step => step.ParentId);
        return
        [
            .. steps
                .Values.Where(static step => step.Event == Begin)
                .OrderByDescending(static step => step.Time)
                .Select(step => Of(step, [.. behind[step.Id].OrderBy(static one => one.Time)]))
                .OfType<KnownShadow>(),
        ];
    }

    // Null: what it says is no shadow.
    private static KnownShadow? Of(AuditRecord step, IReadOnlyList<AuditRecord> behind)
    {
        if (RegisterStep.Read<ShadowContent>(step) is not { UseCase: not null, Candidate: not null, Places: not null } content)
        {
            return null;
        }

        var end = behind.FirstOrDefault(static one => one.Event == End);
        var report = behind.FirstOrDefault(static one => one.Event == Report);
        var shadow = new Shadow(
            step.Id,
            content.UseCase,
            content.Candidate,
            content.Version,
            step.Actor ?? string.Empty,
            content.Reason,
            step.Time,
            content.Until,
            content.OneIn,
            end?.Time,
            end?.Actor
        );
        return new KnownShadow(shadow, content.Places, report is null ? null : OutcomeOf(report));
    }

    private static ShadowOutcome? OutcomeOf(AuditRecord report) =>
        RegisterStep.Read<ShadowOutcome>(report) is { Node: not null, Counts: not null } outcome ? outcome : null;

    private static string TargetOf(Shadow shadow) => "use-case/" + shadow.UseCase;

    private async Task AppendAsync(AuditRecord record, object? content)
    {
        record.After = content is null ? null : JsonSerializer.Serialize(content, content.GetType(), AdminJson.Options);
        await journal.AppendAsync(record);
        lock (_gate)
        {
            _own.Add(record);
            Written++;
        }
    }
}

/// <summary>A shadow as the register knows it.</summary>
/// <param name="Shadow">What was started.</param>
/// <param name="Places">What of each log had been stored when it was started.</param>
/// <param name="Outcome">What came of it; null: it is not over, or nobody has put it down.</param>
internal sealed record KnownShadow(Shadow Shadow, IReadOnlyDictionary<string, long> Places, ShadowOutcome? Outcome);

/// <summary>What the record of a start says.</summary>
internal sealed record ShadowContent(
    string UseCase,
    string Candidate,
    long Version,
    DateTimeOffset Until,
    int OneIn,
    string? Reason,
    IReadOnlyDictionary<string, long> Places
);

/// <summary>What the record of the end says: what came of it.</summary>
internal sealed record ShadowOutcome(string Node, DateTimeOffset? JudgedUpTo, ShadowCounts Counts);
