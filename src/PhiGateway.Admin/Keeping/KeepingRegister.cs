using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Keeping;

/// <summary>
/// The register of holds on deletion. It has no table: each step is a record of the trail, and what stands is read from them. A month
/// that has the record of a hold which stands is itself kept by it.
/// </summary>
/// <remarks>
/// A step is seen once its record was shipped to the store: within a second, as a rule. Security: whoever ships may add rows to the store.
/// A hold counts wherever it stands; the lifting of one only when this node's own log proves its record, which is a second later.
/// </remarks>
internal sealed class KeepingRegister(IAuditStore store, IAuditJournal journal, AdminJournal records, ITrailProof? proof = null)
{
    public const string Hold = "keeping.hold";
    public const string Lift = "keeping.lift";
    public const string DestroyAsk = "keeping.destroy-ask";

    private const string UnreadableWords = "The record of this hold cannot be read: it keeps everything until two persons lift it.";

    /// <summary>What a hold is on whose record cannot be read: everything, until two persons lift it.</summary>
    public const string OfUnreadable = "unreadable";

    /// <summary>Writes one step; durable when it returns.</summary>
    public async Task WriteAsync(AdminCall call, string step, Guid parent, string? tenant, string? patient, object content)
    {
        var of = parent == Guid.Empty ? call.RequestId : parent;
        var record = records.Create(call, step, $"keeping/{of:D}", call.RequestId, parent, AuditKind.Hold);
        record.Tenant = tenant;
        record.Patients = patient is null ? [] : [patient];
        record.After = JsonSerializer.Serialize(content);
        await journal.AppendAsync(record);
    }

    /// <summary>Every hold there is or was, with the patient that it is on.</summary>
    public async Task<IReadOnlyList<StoredHold>> ReadAsync(CancellationToken cancellationToken)
    {
        var steps = new List<AuditRecord>();

        // Security: a hold whose record cannot be read keeps everything; one that did not count would be lifted by whoever edits a row.
        void Take(AuditEntry unreadable)
        {
            if (unreadable.Event == Hold)
            {
                steps.Add(unreadable.WhatRemains());
            }
        }

        await foreach (var (entry, record) in TrailWalk.AllAsync(store, Steps, cancellationToken, Take))
        {
            if (record.Event == Hold || (record is { Kind: AuditKind.Hold, Event: Lift } && proof?.Proves(entry) == true))
            {
                steps.Add(record);
            }
            else
            {
                Take(entry);
            }
        }

        return
        [
            .. steps
                .Where(static step => step.Event == Hold)
                .OrderByDescending(static step => step.Time)
                .Select(step => Of(step, steps.Where(other => other.Event == Lift && other.ParentId == step.Id))),
        ];
    }

    /// <summary>Who asked for the destruction of a tenant's content of a month, the newest first; only what this node's own log proves.</summary>
    public async Task<IReadOnlyList<DestructionAsk>> ReadAsksAsync(string month, string tenant, CancellationToken cancellationToken)
    {
        var asks = new List<DestructionAsk>();
        await foreach (var (entry, record) in TrailWalk.AllAsync(store, Steps, cancellationToken, RegisterStep.PassOver))
        {
            if (
                record is { Kind: AuditKind.Hold, Event: DestroyAsk, Actor: { } actor }
                && proof?.Proves(entry) == true
                && JsonSerializer.Deserialize<DestructionContent>(record.After ?? "null") is { } content
                && content.Month == month
                && content.Tenant == tenant
            )
            {
                asks.Add(new DestructionAsk(record.Id, actor, record.Time, [actor, .. content.Persons]));
            }
        }

        return asks;
    }

    /// <summary>
    /// The destructions of a tenant's content of a month that were begun, the newest first, with what is on record of their end. One of a time
    /// to come is none.
    /// </summary>
    public Task<IReadOnlyList<BegunDestruction>> ReadDestructionsAsync(
        string month,
        string tenant,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        ReadBegunAsync(
            (KeepingMonths.DestroyEvent, KeepingMonths.DestroyedEvent, "destroyed"),
            record => IsOf(record, month, tenant),
            now,
            cancellationToken
        );

    /// <summary>The same of deletions of a whole month, with how many records each was to delete.</summary>
    public Task<IReadOnlyList<BegunDestruction>> ReadDeletionsAsync(
        string month,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        ReadBegunAsync(
            (KeepingMonths.DeletionEvent, KeepingMonths.DeletedEvent, "deleted"),
            record => IsOf(record, month, null),
            now,
            cancellationToken
        );

    private async Task<IReadOnlyList<BegunDestruction>> ReadBegunAsync(
        (string Begin, string End, string Done) step,
        Func<AuditRecord, bool> isAsked,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var begun = new List<(AuditRecord Record, bool IsProven)>();
        var ends = new Dictionary<Guid, bool?>();
        await foreach (var (entry, record) in TrailWalk.AllAsync(store, Steps, cancellationToken, RegisterStep.PassOver))
        {
            if (record.Event == step.Begin && record.Time <= now && isAsked(record))
            {
                begun.Add((record, proof?.Proves(entry) == true));
            }
            else if (record.Event == step.End && proof?.Proves(entry) == true && EndOf(record, step.Done) is { } isDone)
            {
                ends[record.ParentId] = isDone;
            }
        }

        return
        [
            .. begun
                .OrderByDescending(static one => one.Record.Time)
                .Select(one => new BegunDestruction(
                    one.Record.Id,
                    one.Record.Time,
                    one.IsProven,
                    ends.GetValueOrDefault(one.Record.Id),
                    CountOf(one.Record)
                )),
        ];
    }

    private static AuditQuery Steps { get; } = new() { Kind = AuditKind.Hold };

    // Of no tenant: of the whole month.
    private static bool IsOf(AuditRecord record, string month, string? tenant) =>
        SaidBy(record) is { ValueKind: JsonValueKind.Object } said && TextOf(said, "month") == month && TextOf(said, "tenant") == tenant;

    private static string? TextOf(JsonElement said, string name) =>
        said.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static long CountOf(AuditRecord record) =>
        SaidBy(record) is { ValueKind: JsonValueKind.Object } said
        && said.TryGetProperty("records", out var count)
        && count.ValueKind == JsonValueKind.Number
        && count.TryGetInt64(out var records)
            ? records
            : 0;

    // Null: it says that nobody knows.
    private static bool? EndOf(AuditRecord record, string done) =>
        SaidBy(record) is { ValueKind: JsonValueKind.Object } said
        && said.TryGetProperty(done, out var isDone)
        && isDone.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? isDone.GetBoolean()
            : null;

    // Whoever ships may add what is no JSON.
    private static JsonElement? SaidBy(AuditRecord record)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(record.After ?? "null");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static StoredHold Of(AuditRecord set, IEnumerable<AuditRecord> lifts)
    {
        var content = ContentOf(set);
        var ordered = lifts.OrderBy(static lift => lift.Time).ToList();
        var first = ordered.FirstOrDefault();
        IReadOnlyList<string> persons = first is null ? [] : PersonsOf(first);

        // Two persons: the same one twice is one, and so is somebody who knows the other's key.
        var second = ordered.Find(lift => !PersonsOf(lift).Any(person => persons.Any(other => PersonName.AreSame(person, other))));
        var patient = set.Patients is [var only] ? only : null;
        var isPatient = patient is not null && content is not null;
        return new StoredHold(
            new LegalHold(
                set.Id,
                isPatient ? "patient" : KindOf(content),
                content is null ? null : set.Tenant,
                content?.Case,
                content?.Reason ?? UnreadableWords,
                set.Time,
                set.Actor ?? string.Empty,
                first?.Actor,
                second?.Time
            ),
            isPatient ? patient : null,
            persons,
            content?.Records
        );
    }

    private static string KindOf(LegalHoldContent? content)
    {
        if (content is null)
        {
            return OfUnreadable;
        }

        return content.Case is not null ? "case" : "tenant";
    }

    private static IReadOnlyList<string> PersonsOf(AuditRecord lift) => [lift.Actor ?? string.Empty, .. ContentOf(lift)?.Persons ?? []];

    // Null: it cannot be read, or names nothing that it is on.
    private static LegalHoldContent? ContentOf(AuditRecord step)
    {
        try
        {
            var content = JsonSerializer.Deserialize<LegalHoldContent>(step.After ?? "null");
            return content is { Reason: not null } ? content : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A hold with whom it is on. PHI.</summary>
/// <param name="Hold">As it is shown.</param>
/// <param name="Patient">Logical id of the patient; null: it is not on one.</param>
/// <param name="Lifters">Everybody who may be behind the first step of lifting it; empty: there is none.</param>
/// <param name="Records">Ids of the case's records when it was set; null: they were not all known.</param>
internal sealed record StoredHold(LegalHold Hold, string? Patient, IReadOnlyList<string> Lifters, IReadOnlyList<string>? Records);

/// <summary>What the record of a hold, or of its lifting, says of it.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Case">Id of the case; null: it is on none.</param>
/// <param name="Records">Ids of the records that show the case now; null: it is on none, or they are not all known.</param>
/// <param name="Persons">Of a lifting: everybody whose act it may be.</param>
internal sealed record LegalHoldContent(
    string Reason,
    string? Case = null,
    IReadOnlyList<string>? Records = null,
    IReadOnlyList<string>? Persons = null
);
