using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Cases;

/// <summary>Says whose data the records of a case touched; called by the console, which shows keyed hashes of it.</summary>
internal sealed class CasePatients(IAuditStore store, TrailSearch looks)
{
    /// <summary>
    /// The patients that each of some records names. One look, on record before it is taken, with the case and how many records it is of.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="id">The case.</param>
    /// <param name="records">Ids of its records; what is no id, or is not there, names nobody.</param>
    /// <param name="why">Why somebody looks; null: it was not asked.</param>
    public async Task<IReadOnlyList<TouchedPatient>> ReadAsync(AdminCall call, string id, IReadOnlyList<string> records, string? why)
    {
        if (records.Count == 0)
        {
            return [];
        }

        var note = $"case={id} records={records.Count}";
        await looks.RecordAsync(call, "audit.read", why is null ? note : $"{note} why={why}", null, null);
        var touched = new List<TouchedPatient>();
        foreach (var record in records)
        {
            if (!Guid.TryParse(record, out var guid))
            {
                continue;
            }

            // The record alone is kept of what is read. Whoever ships may have added rows of the same id: none of them hides whom another
            // names.
            var family = await TrailFamily.ReadAsync(store, guid, call.Cancelled, mostBytes: 0);
            foreach (var entry in family.Entries.Where(one => one.Id == guid))
            {
                if (entry.Read() is { Tenant: { } tenant } read)
                {
                    touched.AddRange(read.Patients.Select(patient => new TouchedPatient(tenant, patient, guid)));
                }
            }
        }

        return touched;
    }
}

/// <summary>One patient whom a record names. PHI.</summary>
/// <param name="Tenant">Tenant.</param>
/// <param name="Patient">Logical id.</param>
/// <param name="Record">The record.</param>
internal sealed record TouchedPatient(string Tenant, string Patient, Guid Record);
