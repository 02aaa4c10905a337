using Npgsql;
using NpgsqlTypes;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Postgres;

/// <summary>
/// Writes the columns of <c>audit_event</c> and <c>audit_patient</c> into a row of a binary COPY that was begun, in their order; called by
/// <see cref="PostgresAuditStore"/>.
/// </summary>
internal static class PostgresAuditCopy
{
    /// <summary>Everything but the body and its key, which stand last.</summary>
    public static void Write(NpgsqlBinaryImporter row, AuditEntry entry, long shape)
    {
        row.Write(entry.Log, NpgsqlDbType.Text);
        row.Write(entry.Sequence, NpgsqlDbType.Bigint);
        row.Write(entry.Time.UtcDateTime, NpgsqlDbType.TimestampTz);
        row.Write(entry.Id, NpgsqlDbType.Uuid);
        if (entry.ParentId == Guid.Empty)
        {
            row.WriteNull();
        }
        else
        {
            row.Write(entry.ParentId, NpgsqlDbType.Uuid);
        }

        row.Write((short)entry.Kind, NpgsqlDbType.Smallint);
        Text(row, entry.Event);
        Text(row, entry.Decision);
        Text(row, entry.Reason);
        Text(row, entry.Client);
        Text(row, entry.Tenant);
        Text(row, entry.Actor);
        row.Write(entry.Status, NpgsqlDbType.Integer);
        Text(row, entry.ResourceType);
        Text(row, entry.Interaction);
        row.Write(shape, NpgsqlDbType.Bigint);
        row.Write(KeysOf(entry), NpgsqlDbType.Array | NpgsqlDbType.Text);
        row.Write(entry.ChainHash, NpgsqlDbType.Bytea);
    }

    /// <summary>The body as it is stored, and which key opens it; null: it is not sealed.</summary>
    public static void WriteBody(NpgsqlBinaryImporter row, ReadOnlyMemory<byte> body, long? key)
    {
        row.Write(body, NpgsqlDbType.Bytea);
        if (key is { } of)
        {
            row.Write(of, NpgsqlDbType.Bigint);
        }
        else
        {
            row.WriteNull();
        }
    }

    /// <summary>The keys of a record's patients, each once.</summary>
    public static IEnumerable<string> KeysOnce(AuditEntry entry) =>
        entry.PatientKeys.Count > 1 ? entry.PatientKeys.Distinct(StringComparer.Ordinal) : entry.PatientKeys;

    /// <summary>The row by which a patient's record is found.</summary>
    public static void WritePatient(NpgsqlBinaryImporter row, AuditEntry entry, string key)
    {
        row.Write(StorableText.Clean(key)!, NpgsqlDbType.Text);
        row.Write(entry.Time.UtcDateTime, NpgsqlDbType.TimestampTz);
        row.Write(entry.Log, NpgsqlDbType.Text);
        row.Write(entry.Sequence, NpgsqlDbType.Bigint);
        Text(row, entry.Tenant);
    }

    private static string[] KeysOf(AuditEntry entry) =>
        entry.PatientKeys.Count switch
        {
            0 => [],
            1 => [StorableText.Clean(entry.PatientKeys[0])!],
            _ => [.. entry.PatientKeys.Select(static key => StorableText.Clean(key)!)],
        };

    private static void Text(NpgsqlBinaryImporter row, string? text)
    {
        if (text is null)
        {
            row.WriteNull();
        }
        else
        {
            row.Write(StorableText.Clean(text)!, NpgsqlDbType.Text);
        }
    }
}
