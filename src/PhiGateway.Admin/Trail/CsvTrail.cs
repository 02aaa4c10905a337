using System.Globalization;
using System.Text;
using System.Text.Json;
using PhiGateway.Admin.Http;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>Writes the members of a record that people sort and filter by as CSV (RFC 4180), one row a record; no patient stands in it.</summary>
internal sealed class CsvTrail : ITrailFormat
{
    private const string Columns =
        "time,id,parent,kind,event,decision,reason,client,organization,use_case,tenant,purpose,actor,interaction,"
        + "type,status,log,sequence,chain_hash,content,"
        + "agreement,approval,approvers,covered_by\r\n";

    public string Name => "csv";

    public string MediaType => "text/csv";

    public ReadOnlyMemory<byte> Head { get; } = Encoding.UTF8.GetBytes(Columns);

    public ReadOnlyMemory<byte> Lines(IReadOnlyList<AuditEntry> entries)
    {
        var lines = new StringBuilder();
        foreach (var entry in entries)
        {
            lines.AppendRow(Cells(entry));
        }

        return Encoding.UTF8.GetBytes(lines.ToString());
    }

    private static IEnumerable<string?> Cells(AuditEntry entry)
    {
        var record = Read(entry);
        return
        [
            entry.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            entry.Id.ToString(),
            entry.ParentId == Guid.Empty ? null : entry.ParentId.ToString(),
            JsonNamingPolicy.KebabCaseLower.ConvertName(entry.Kind.ToString()),
            entry.Event,
            entry.Decision,
            entry.Reason,
            entry.Client,
            record.Organization,
            record.UseCase,
            entry.Tenant,
            record.Purpose,
            entry.Actor,
            entry.Interaction,
            entry.ResourceType,
            entry.Status == 0 ? null : entry.Status.ToString(CultureInfo.InvariantCulture),
            entry.Log,
            entry.Sequence.ToString(CultureInfo.InvariantCulture),
            Convert.ToHexStringLower(entry.ChainHash.Span),
            ContentOf(entry),
            record.Agreement,
            record.Approval,
            string.Join(' ', record.Approvers),
            string.Join(' ', CoverageWords.KindsOf(record.CoveredBy)),
        ];
    }

    private static string? ContentOf(AuditEntry entry)
    {
        if (!entry.IsDestroyed)
        {
            return entry.Unreadable is null ? null : "unreadable";
        }

        return entry.IsKeyMissing ? "key-missing" : "destroyed";
    }

    // A body that cannot be read has a row all the same.
    private static AuditRecord Read(AuditEntry entry) => entry.Read() ?? new AuditRecord();
}
