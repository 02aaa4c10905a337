using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Keeping;

/// <summary>
/// The register of holds on deletion. It has no table: each step is a record of the trail, and what stands is read from them. A month
/// that has the record of a hold which stands is itself kept by it.
/// </summary>
/// <remarks>A step is seen once its record was shipped to the store: within a second, as a rule.</remarks>
internal sealed class KeepingRegister(IAuditStore store, IAuditJournal journal, AdminJournal records)
{
    public const string Hold = "keeping.hold";
    public const string Lift = "keeping.lift";

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
        await foreach (var (_, record) in TrailWalk.AllAsync(store, new AuditQuery { Kind = AuditKind.Hold }, cancellationToken))
        {
            if (record.Event is Hold or Lift)
            {
                steps.Add(record);
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

    private static StoredHold Of(AuditRecord set, IEnumerable<AuditRecord> lifts)
    {
        var content =
            JsonSerializer.Deserialize<LegalHoldContent>(set.After ?? "null")
            ?? throw new InvalidDataException($"The hold {set.Id} cannot be read.");
        var ordered = lifts.OrderBy(static lift => lift.Time).ToList();
        var first = ordered.FirstOrDefault();

        // Two persons: the same one twice is one.
        var second = ordered.Find(lift => !PersonName.AreSame(lift.Actor ?? string.Empty, first!.Actor ?? string.Empty));
        var patient = set.Patients is [var only] ? only : null;
        var of = content.Case is not null ? "case" : "tenant";
        return new StoredHold(
            new LegalHold(
                set.Id,
                patient is not null ? "patient" : of,
                set.Tenant,
                content.Case,
                content.Reason,
                set.Time,
                set.Actor ?? string.Empty,
                first?.Actor,
                second?.Time
            ),
            patient
        );
    }
}

/// <summary>A hold with whom it is on. PHI.</summary>
/// <param name="Hold">As it is shown.</param>
/// <param name="Patient">Logical id of the patient; null: it is not on one.</param>
internal sealed record StoredHold(LegalHold Hold, string? Patient);

/// <summary>What the record of a hold, or of its lifting, says of it.</summary>
internal sealed record LegalHoldContent(string Reason, string? Case = null);
