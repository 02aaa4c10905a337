using System.Text.Json;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Heads;

namespace PhiGateway.Cli.Common;

/// <summary>Reads rows of the audit database as <c>psql</c> writes them with <c>row_to_json</c>: a JSON object a line.</summary>
internal static class RowFiles
{
    /// <summary>Rows of <c>audit_event</c> of one log, in the file's order.</summary>
    public static IEnumerable<AuditEntry> ReadRecords(FileInfo file, string log) =>
        Lines(file).Where(row => row.GetProperty("log").GetString() == log).Select(EntryOf);

    /// <summary>Rows about months that were deleted, whichever log they are filed under.</summary>
    public static IEnumerable<AuditEntry> ReadDeletions(FileInfo file) =>
        Lines(file).Where(static row => DeletionReader.IsOfADeletion(Text(row, "event"))).Select(EntryOf);

    /// <summary>Rows of <c>audit_head</c> of one log.</summary>
    public static IEnumerable<LogHead> ReadHeads(FileInfo file, string log) =>
        Lines(file)
            .Where(row => row.GetProperty("log").GetString() == log)
            .Select(static row => new LogHead(
                row.GetProperty("log").GetString()!,
                row.GetProperty("size").GetInt64(),
                row.GetProperty("kind").TryGetByte(out var kind) ? (LogHeadKind)kind : default,
                Text(row, "note")!,
                TimeOf(row) ?? DateTimeOffset.MaxValue
            ));

    // Security: what cannot be read is not verified, and that is said.
    private static AuditEntry EntryOf(JsonElement row) =>
        row.TryGetProperty("body_key", out var key) && key.ValueKind == JsonValueKind.Number
            ? throw new CliFault(
                ExitCodes.Usage,
                "The rows' bodies are sealed under keys that phigw does not have. Verify them on a node: phi-gateway verify-audit --config FILE."
            )
            : PlainOf(row);

    // One row that holds what no version writes is named by the verifier, and keeps it from none of the others.
    private static AuditEntry PlainOf(JsonElement row)
    {
        var unreadable = new List<string>();
        T Take<T>(string column, T? value, T otherwise)
            where T : struct
        {
            if (value is null)
            {
                unreadable.Add(column);
            }

            return value ?? otherwise;
        }

        var kind = row.GetProperty("kind").TryGetByte(out var number) && number != 0 ? (AuditKind)number : default(AuditKind?);
        var keys = row.GetProperty("patient_keys").EnumerateArray().Select(static one => one.GetString()).OfType<string>().ToList();
        _ = Take("patient_keys", keys.Count == row.GetProperty("patient_keys").GetArrayLength() ? keys.Count : default(int?), 0);
        var entry = new AuditEntry
        {
            Log = row.GetProperty("log").GetString()!,
            Sequence = row.GetProperty("sequence").GetInt64(),
            Id = row.GetProperty("id").GetGuid(),
            ParentId = Text(row, "parent_id") is { } parent ? Guid.Parse(parent) : Guid.Empty,
            Kind = Take("kind", kind, default),
            Event = Text(row, "event")!,
            Time = Take("time", TimeOf(row), DateTimeOffset.MaxValue),
            Decision = Text(row, "decision")!,
            Reason = Text(row, "reason"),
            Client = Text(row, "client"),
            Tenant = Text(row, "tenant"),
            Actor = Text(row, "actor"),
            Status = row.GetProperty("status").GetInt32(),
            ResourceType = Text(row, "resource_type"),
            Interaction = Text(row, "interaction"),
            PatientKeys = keys,
            ChainHash = Bytes(row, "chain_hash"),
            Body = Bytes(row, "body"),
        };
        return unreadable.Count == 0 ? entry : entry with { Unreadable = string.Join(", ", unreadable) };
    }

    // Postgres knows times that have no form in anything else.
    private static DateTimeOffset? TimeOf(JsonElement row) => row.GetProperty("time").TryGetDateTimeOffset(out var time) ? time : null;

    private static IEnumerable<JsonElement> Lines(FileInfo file)
    {
        var number = 0;
        foreach (var line in Open(file))
        {
            number++;
            if (line.Length > 0)
            {
                yield return Parse(line) ?? throw new CliFault(ExitCodes.Usage, $"{file}: line {number} is no JSON object.");
            }
        }
    }

    private static IEnumerable<string> Open(FileInfo file) =>
        file.Exists ? File.ReadLines(file.FullName) : throw new CliFault(ExitCodes.Usage, $"{file} cannot be read.");

    private static JsonElement? Parse(string line)
    {
        try
        {
            var row = JsonSerializer.Deserialize<JsonElement>(line);
            return row.ValueKind == JsonValueKind.Object ? row : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    // Postgres writes bytes as \x and hex.
    private static byte[] Bytes(JsonElement row, string name) => Convert.FromHexString(Text(row, name)!.AsSpan(2));
}
