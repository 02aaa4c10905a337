using System.Text;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Sinks.Events;

namespace PhiGateway.Tests.Sinks;

/// <summary>Stored records and events, as the sinks meet them.</summary>
internal static class SinkSample
{
    public const string Log = "gw-01/1";

    public static PatientPseudonym Pseudonym { get; } = new(new byte[32]);

    /// <summary>A record as it stands in the store.</summary>
    public static AuditEntry Stored(AuditRecord record, long sequence = 7, string log = Log)
    {
        var buffer = new byte[256];
        var length = AuditRecordWriter.Write(record, ref buffer, 0);
        var body = buffer.AsMemory(0, length).ToArray();
        return new AuditEntry
        {
            Log = log,
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
            PatientKeys = [.. record.Patients.Select(patient => Pseudonym.Of(record.Tenant ?? string.Empty, patient))],
            ChainHash = new byte[32],
            Body = body,
        };
    }

    /// <summary>A stored body that is no record.</summary>
    public static AuditEntry Unreadable(long sequence) =>
        Stored(new AuditRecord { Kind = AuditKind.System, Event = "node.start" }, sequence) with
        {
            Body = Encoding.UTF8.GetBytes("{\"patients\":[\"p-secret\"],"),
        };

    public static SinkEvent EventOf(AuditRecord record, long sequence = 7) => new SinkEventReader(Pseudonym).Read(Stored(record, sequence));
}
