using System.Text.Json;
using PhiGateway.Audit.Journal;

namespace PhiGateway.Audit.Shipping;

/// <summary>Makes a store entry of a journal frame: the index columns are those of the very bytes that were hashed. Thread-safe.</summary>
public sealed class AuditEntryReader(string log, PatientPseudonym pseudonym)
{
    /// <summary>Reads one frame.</summary>
    /// <exception cref="JsonException">The body is no record.</exception>
    public AuditEntry Read(in JournalFrame frame)
    {
        var columns = new EntryColumns();
        if (!columns.TryTake(frame.Record))
        {
            columns.Read(frame.Body.Span);
        }

        return new AuditEntry
        {
            Log = log,
            Sequence = frame.Sequence,
            Id = columns.Id,
            ParentId = columns.ParentId,
            Kind = columns.Kind,
            Event = columns.Event,
            Time = columns.Time,
            Decision = columns.Decision,
            Reason = columns.Reason,
            Client = columns.Client,
            Tenant = columns.Tenant,
            Actor = columns.Actor,
            Status = columns.Status,
            ResourceType = columns.ResourceType,
            Interaction = columns.Interaction,
            PatientKeys = Keys(columns.Tenant ?? string.Empty, columns.Patients),
            ChainHash = frame.ChainHash,
            Body = frame.Body,
        };
    }

    private IReadOnlyList<string> Keys(string tenant, IReadOnlyList<string>? patients)
    {
        if (patients is null)
        {
            return [];
        }

        var keys = new List<string>(patients.Count);
        var seen = patients.Count > 1 ? new HashSet<string>(StringComparer.Ordinal) : null;
        foreach (var patient in patients)
        {
            if (seen is null || seen.Add(patient))
            {
                keys.Add(pseudonym.Of(tenant, patient));
            }
        }

        return keys;
    }
}
