using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;

namespace PhiGateway.Tests.Admin;

/// <summary>Puts records into an admin server's trail as the shipper would.</summary>
internal static class StoredTrail
{
    /// <summary>Stores records, each a second after the one before.</summary>
    public static void Add(AdminServer server, params AuditRecord[] records)
    {
        foreach (var record in records)
        {
            var sequence = server.Trail.Entries.Select(static entry => entry.Sequence + 1).DefaultIfEmpty(0).Max();
            if (record.Time == TestRecords.Noon)
            {
                record.Time = TestRecords.Noon.AddHours(-1).AddSeconds(sequence);
            }

            server.Trail.Entries.Add(EntryOf(record, sequence));
        }
    }

    /// <summary>One emergency call of the sample's client.</summary>
    public static void AddEmergency(
        AdminServer server,
        string token,
        string? owner = null,
        DateTimeOffset? at = null,
        string? subject = null
    ) =>
        Add(
            server,
            new AuditRecord
            {
                Id = Guid.NewGuid(),
                ParentId = Guid.NewGuid(),
                Kind = AuditKind.Override,
                Event = EmergencyUse.Event,
                Actor = EmergencyUse.Actor,
                Time = at ?? server.Time.Now,
                Owner = owner,
                Decision = "permit",
                Client = "acme-connector",
                Tenant = "north",
                Purpose = "ETREAT",
                TokenHash = token,
                Subject = subject,
                Note = "unconscious, no other source",
            }
        );

    /// <summary>Ships what the control plane has recorded since the last time.</summary>
    public static void Ship(AdminServer server)
    {
        var known = server.Trail.Entries.Select(static entry => entry.Id).ToHashSet();
        Add(server, [.. server.Journal.Records.Where(record => !known.Contains(record.Id))]);
    }

    public static AuditEntry EntryOf(AuditRecord record, long sequence)
    {
        var buffer = new byte[256];
        var length = AuditRecordWriter.Write(record, ref buffer, 0);
        return new AuditEntry
        {
            Log = "gw-01/1",
            Sequence = sequence,
            Id = record.Id,
            ParentId = record.ParentId,
            Kind = record.Kind,
            Event = record.Event,
            Time = record.Time,
            Decision = record.Decision,
            Reason = record.Reason,
            Client = record.Client,
            Tenant = record.Tenant,
            Actor = record.Actor,
            PatientKeys = [.. record.Patients.Select(patient => $"key({record.Tenant},{patient})")],
            ChainHash = new byte[32],
            Body = buffer.AsMemory(0, length).ToArray(),
        };
    }
}
