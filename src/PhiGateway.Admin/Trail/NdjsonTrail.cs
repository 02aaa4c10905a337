using System.Buffers;
using System.Text.Json;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>Writes one JSON object a record, the same as a search shows.</summary>
internal sealed class NdjsonTrail : ITrailFormat
{
    public string Name => "ndjson";

    public string MediaType => "application/x-ndjson";

    public ReadOnlyMemory<byte> Head => default;

    public ReadOnlyMemory<byte> Lines(IReadOnlyList<AuditEntry> entries)
    {
        var lines = new ArrayBufferWriter<byte>(64 * 1024);
        foreach (var entry in entries)
        {
            lines.Write(JsonSerializer.SerializeToUtf8Bytes(TrailSearch.Render(entry)));
            lines.Write("\n"u8);
        }

        return lines.WrittenMemory;
    }
}
