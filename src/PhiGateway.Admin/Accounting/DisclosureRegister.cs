using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Accounting;

/// <summary>
/// The register of holds and requests. It has no table: each step is a record of the trail, and what stands is read from them, so that
/// nobody can change it without a trace.
/// </summary>
/// <remarks>
/// A step is seen once its record was shipped to the store, in which the register is read: within a second, as a rule. Security: whoever ships
/// may add rows there. A hold keeps back wherever it stands, and says when no log of this node proves it; a release counts only when one does,
/// so that nobody ends a hold, or is told what it keeps back, by a row (docs/adr/0152). So a request is listed wherever it stands, and what
/// gives it more time, ends it, or costs the patient the next one counts only when a log proves it (docs/adr/0160).
/// </remarks>
internal sealed class DisclosureRegister(
    IAuditStore store,
    IAuditJournal journal,
    AdminJournal records,
    TrailSearch looks,
    TrailProofs proofs,
    TimeProvider time,
    IPatientPseudonym? pseudonym = null,
    ITrailProof? proof = null
)
{
    public const string Hold = "accounting.hold";
    public const string Release = "accounting.release";
    public const string Request = "accounting.request";
    public const string Extension = "accounting.extension";
    public const string Answer = "accounting.answer";

    private static readonly TimeSpan Clock = TimeSpan.FromDays(60);
    private static readonly TimeSpan More = TimeSpan.FromDays(30);
    private static readonly TimeSpan FreeEvery = TimeSpan.FromDays(365);

    // Of what came later nothing can be due.
    private static readonly DateTimeOffset LastReceived = DateTimeOffset.MaxValue.AddYears(-1);

    /// <summary>Writes one step; durable when it returns.</summary>
    public async Task<RegisterEntry> WriteAsync(AdminCall call, string step, Guid parent, string? tenant, string? patient, object? content)
    {
        // The head record of a call has the call's id; a second one in the same call has one of its own.
        var id = step == Answer ? Guid.CreateVersion7(time.GetUtcNow()) : call.RequestId;
        var record = records.Create(call, step, $"accounting/{(parent == Guid.Empty ? id : parent):D}", id, parent, AuditKind.Hold);
        record.Tenant = tenant;
        record.Patients = patient is null ? [] : [patient];
        record.After = content is null ? null : JsonSerializer.Serialize(content);
        await journal.AppendAsync(record);
        return new RegisterEntry(id, step);
    }

    /// <summary>Every hold, for somebody who asks: the look is on record first.</summary>
    public async Task<Outcome<HoldList>> ListHoldsAsync(AdminCall call)
    {
        await LookAsync(call, "audit.holds");
        return await HoldsAsync(call.Cancelled);
    }

    /// <summary>Every request, for somebody who asks: the look is on record first.</summary>
    public async Task<Outcome<RequestList>> ListRequestsAsync(AdminCall call)
    {
        await LookAsync(call, "audit.requests");
        return await RequestsAsync(call.Cancelled);
    }

    /// <summary>Puts on record that somebody looks at holds or requests over all patients; durable when it returns.</summary>
    public Task LookAsync(AdminCall call, string look) => looks.RecordAsync(call, look, "all", null, null);

    /// <summary>The holds of a patient that are in force.</summary>
    public async Task<IReadOnlyList<DisclosureHold>> HoldsAsync(string tenant, string patient, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return [.. HoldsOf(await StepsAsync(tenant, patient, cancellationToken)).Where(hold => hold.IsInForce(now))];
    }

    /// <summary>
    /// Every hold; a row that is no step is passed over. Where one patient is asked about it is a fault: it may be what keeps something back.
    /// </summary>
    public async Task<HoldList> HoldsAsync(CancellationToken cancellationToken) =>
        new([.. HoldsOf(await AllStepsAsync(cancellationToken)).OrderByDescending(static hold => hold.SetAt)]);

    /// <summary>The requests of a patient, those that are due first.</summary>
    public async Task<IReadOnlyList<DisclosureRequest>> RequestsAsync(string tenant, string patient, CancellationToken cancellationToken) =>
        InOrder(await StepsAsync(tenant, patient, cancellationToken));

    /// <summary>Every request; a row that is no step is passed over, and a fault where one patient is asked about.</summary>
    public async Task<RequestList> RequestsAsync(CancellationToken cancellationToken) =>
        new(InOrder(await AllStepsAsync(cancellationToken)));

    /// <summary>The step that opened a hold or a request; null: there is none of that id.</summary>
    public async Task<AuditRecord?> FindAsync(Guid id, string step, CancellationToken cancellationToken)
    {
        // Its own steps are few; whoever ships may have added others, which are newer, and rows of the same id.
        var family = await TrailFamily.ReadAsync(store, id, cancellationToken);
        return proofs.Choose(family, id, entry => entry.Kind == AuditKind.Hold && entry.Read()?.Event == step)?.Record.Read();
    }

    private IReadOnlyList<DisclosureRequest> InOrder(RegisterRows rows) =>
        [
            .. RequestsOf(rows, time.GetUtcNow())
                .OrderBy(static request => request.Answered is not null)
                .ThenBy(static request => request.Due),
        ];

    private static IEnumerable<DisclosureHold> HoldsOf(RegisterRows rows)
    {
        var releases = rows.Steps.Where(static step => step.Event == Release).ToLookup(static step => step.ParentId);
        foreach (var step in rows.Steps.Where(static step => step.Event == Hold))
        {
            var body = Content<HoldContent>(step);
            var hold = new DisclosureHold(
                step.Id,
                body.Organization,
                body.Agency,
                body.Oral,
                body.Until,
                step.Time,
                step.Actor ?? string.Empty
            );
            if (rows.Unproven.Contains(step))
            {
                hold = hold with { IsUnproven = true };
            }

            foreach (var release in releases[step.Id])
            {
                hold = rows.Unproven.Contains(release) ? hold with { IsReleaseUnproven = true } : hold.ReleasedBy(release.Time);
            }

            yield return hold.ReleasedAt is null ? hold : hold with { IsReleaseUnproven = null };
        }
    }

    private static IEnumerable<DisclosureRequest> RequestsOf(RegisterRows rows, DateTimeOffset now)
    {
        var asked = rows.Steps.Where(static step => step.Event == Request).ToList();
        var proven = asked.Where(step => !rows.Unproven.Contains(step)).ToList();
        var extensions = rows.Steps.Where(static step => step.Event == Extension).ToLookup(static step => step.ParentId);
        var answers = rows.Steps.Where(static step => step.Event == Answer).ToLookup(static step => step.ParentId);
        foreach (var step in asked)
        {
            var received = Content<RequestContent>(step).Received;
            var extension = rows.ProvenOf(extensions[step.Id]).FirstOrDefault();
            var answer = rows.ProvenOf(answers[step.Id]).MinBy(static other => other.Time);
            var due = received + Clock + (extension is null ? TimeSpan.Zero : More);
            yield return new DisclosureRequest(
                step.Id,
                received,
                due,
                extension is null ? null : Content<ExtensionContent>(extension).Reason,
                answer?.Time,
                (answer?.Time ?? now) > due,
                !proven.Exists(other => other != step && IsSamePatient(other, step) && IsWithinAYear(other, received)),
                step.Actor ?? string.Empty,
                rows.Unproven.Contains(step) ? true : null,
                extension is null && extensions[step.Id].Any() ? true : null,
                answer is null && answers[step.Id].Any() ? true : null
            );
        }
    }

    private static bool IsSamePatient(AuditRecord one, AuditRecord other) =>
        one.Tenant == other.Tenant && one.Patients.SequenceEqual(other.Patients);

    private static bool IsWithinAYear(AuditRecord earlier, DateTimeOffset received) =>
        Content<RequestContent>(earlier).Received is var before && before < received && received - before < FreeEvery;

    private static T Content<T>(AuditRecord step) =>
        JsonSerializer.Deserialize<T>(step.After ?? "null") ?? throw new InvalidDataException($"The step {step.Id} cannot be read.");

    // Security: whoever ships may add rows that say nothing, and one of them must not end the lists of all. Of the answer to one patient no
    // step may be missing.
    private async Task<RegisterRows> AllStepsAsync(CancellationToken cancellationToken)
    {
        var rows = await StepsAsync(null, null, cancellationToken, RegisterStep.PassOver);
        return rows with { Steps = [.. rows.Steps.Where(IsWhole)] };
    }

    private static bool IsWhole(AuditRecord step) =>
        step.Event switch
        {
            Hold => RegisterStep.Read<HoldContent>(step, JsonSerializerOptions.Default) is { Agency: not null, Reason: not null },
            Request => RegisterStep.Read<RequestContent>(step, JsonSerializerOptions.Default)?.Received < LastReceived,
            Extension => RegisterStep.Read<ExtensionContent>(step, JsonSerializerOptions.Default) is { Reason: not null },
            _ => true,
        };

    private async Task<RegisterRows> StepsAsync(
        string? tenant,
        string? patient,
        CancellationToken cancellationToken,
        Action<AuditEntry>? unreadable = null
    )
    {
        var query = new AuditQuery { Kind = AuditKind.Hold, PatientKeys = KeysOf(tenant, patient) };
        var steps = new List<AuditRecord>();
        var unproven = new HashSet<AuditRecord>();
        await foreach (var (entry, record) in TrailWalk.AllAsync(store, query, cancellationToken, unreadable))
        {
            steps.Add(record);
            if (!IsProven(entry, record))
            {
                unproven.Add(record);
            }
        }

        return new RegisterRows(steps, unproven);
    }

    // The log proves a body: one that names another id is that of another record. A control plane that keeps no log has nothing to hold it against.
    private bool IsProven(AuditEntry entry, AuditRecord record) =>
        proof is null || (IsStep(record) && record.Id == entry.Id && proof.Proves(entry));

    // What was recorded as something else is no step, whatever it is filed under.
    private static bool IsStep(AuditRecord record) => record.Kind == AuditKind.Hold;

    private IReadOnlyList<string> KeysOf(string? tenant, string? patient) =>
        tenant is null || patient is null || pseudonym is null ? [] : [pseudonym.Of(tenant, patient)];

    // Newest first; those among them that no log of this node proves, as the very objects.
    private sealed record RegisterRows(IReadOnlyList<AuditRecord> Steps, HashSet<AuditRecord> Unproven)
    {
        public IEnumerable<AuditRecord> ProvenOf(IEnumerable<AuditRecord> steps) => steps.Where(step => !Unproven.Contains(step));
    }
}

/// <summary>What a hold's record says of it.</summary>
internal sealed record HoldContent(string? Organization, string Agency, string Reason, bool Oral, DateTimeOffset Until);

/// <summary>What a request's record says of it.</summary>
internal sealed record RequestContent(DateTimeOffset Received);

/// <summary>What an extension's, or a release's, record says of it.</summary>
internal sealed record ExtensionContent(string Reason);
