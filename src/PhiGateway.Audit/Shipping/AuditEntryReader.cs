using System.Text.Json;
using PhiGateway.Audit.Journal;

namespace PhiGateway.Audit.Shipping;

/// <summary>Makes a store entry of a journal frame: the index columns are read from the very bytes that were hashed. Thread-safe.</summary>
public sealed class AuditEntryReader(string log, PatientPseudonym pseudonym)
{
    /// <summary>Reads one frame.</summary>
    /// <exception cref="JsonException">The body is no record.</exception>
    public AuditEntry Read(in JournalFrame frame)
    {
        var columns = new EntryColumns();
        columns.Read(frame.Body.Span);
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
            UseCase = columns.UseCase,
            Organization = columns.Organization,
            Purpose = columns.Purpose,
            PatientKeys = Keys(columns.Tenant ?? string.Empty, columns.Patients, columns.WithheldPatients),
            ChainHash = frame.ChainHash,
            Body = frame.Body,
        };
    }

    // Of whom something was withheld is filed apart: whoever asks what left of a patient is not told what did not.
    private IReadOnlyList<string> Keys(string tenant, IReadOnlyList<string>? patients, IReadOnlyList<string>? withheld)
    {
        if (patients is null && withheld is null)
        {
            return [];
        }

        var keys = new List<string>((patients?.Count ?? 0) + (withheld?.Count ?? 0));
        Add(tenant, PatientPseudonym.LogicalId, patients, keys);
        Add(tenant, PatientPseudonym.Withheld, withheld, keys);
        return keys;
    }

    private void Add(string tenant, string system, IReadOnlyList<string>? patients, List<string> keys)
    {
        if (patients is null)
        {
            return;
        }

        var seen = patients.Count > 1 ? new HashSet<string>(StringComparer.Ordinal) : null;
        for (var i = 0; i < patients.Count; i++)
        {
            if (seen is null || seen.Add(patients[i]))
            {
                keys.Add(pseudonym.Of(tenant, system, patients[i]));
            }
        }
    }
}
