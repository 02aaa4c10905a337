using System.Data.Common;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>Reads rows of <c>audit_event</c> into audit entries; used by the audit stores.</summary>
internal static class AuditRows
{
    /// <summary>In the order that <see cref="ReadAsync"/> takes, of the table under the alias <c>e</c>.</summary>
    public const string Columns = Head + ", e.body, e.body_key, " + WrappedKey;

    /// <summary>The same without the body: what a record is filed under.</summary>
    public const string HeadColumns = Head + ", substr(e.body, 1, 0), NULL, NULL";

    private const string Head =
        "e.log, e.sequence, e.time, e.id, e.parent_id, e.kind, e.event, e.decision, e.reason, e.client, e.tenant, e.actor, e.status, "
        + "e.resource_type, e.interaction, e.patient_keys, e.chain_hash";

    // Nothing: the row of the key is missing; empty: its key was destroyed.
    private const string WrappedKey = "(SELECT coalesce(k.wrapped, substr(e.body, 1, 0)) FROM audit_key k WHERE k.id = e.body_key)";

    private const int OwnColumns = 20;

    /// <summary>Behind <see cref="Columns"/>, of the shape <c>s</c> under which the record is filed: whether it is the record's own.</summary>
    public const string IsFiled =
        "s.kind = e.kind AND s.decision = e.decision AND s.reason IS NOT DISTINCT FROM e.reason AND s.client IS NOT DISTINCT FROM e.client "
        + "AND s.tenant IS NOT DISTINCT FROM e.tenant AND s.actor IS NOT DISTINCT FROM e.actor "
        + "AND s.resource_type IS NOT DISTINCT FROM e.resource_type AND s.interaction IS NOT DISTINCT FROM e.interaction";

    /// <summary>
    /// Behind that: what the shape adds to the record's own columns, and whether it does: of what was stored before shapes were kept, whose
    /// numbers are below zero, it is not known.
    /// </summary>
    public const string Words = "e.shape >= 0, s.use_case, s.organization, s.purpose";

    /// <summary>The same columns for inserting.</summary>
    public const string InsertColumns =
        "log, sequence, time, id, parent_id, kind, event, decision, reason, client, "
        + "tenant, actor, status, resource_type, interaction, shape, patient_keys, chain_hash, body, body_key";

    public static async Task<List<AuditEntry>> ReadAsync(Database database, DbCommand command, CancellationToken cancellationToken)
    {
        var entries = new List<AuditEntry>();
        using var opener = new BodyOpener(database.Bodies);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var isSealed = !reader.IsDBNull(18);
            var isMissing = isSealed && reader.IsDBNull(19);
            var isDestroyed = isMissing || (isSealed && reader.GetFieldValue<byte[]>(19).Length == 0);
            entries.Add(
                new AuditEntry
                {
                    Log = reader.GetString(0),
                    Sequence = reader.GetInt64(1),
                    Time = database.ReadTime(reader, 2),
                    Id = database.ReadUuid(reader, 3),
                    ParentId = reader.IsDBNull(4) ? Guid.Empty : database.ReadUuid(reader, 4),
                    Kind = (AuditKind)reader.GetInt16(5),
                    Event = reader.GetString(6),
                    Decision = reader.GetString(7),
                    Reason = reader.TextOrNull(8),
                    Client = reader.TextOrNull(9),
                    Tenant = reader.TextOrNull(10),
                    Actor = reader.TextOrNull(11),
                    Status = reader.GetInt32(12),
                    ResourceType = reader.TextOrNull(13),
                    Interaction = reader.TextOrNull(14),
                    PatientKeys = database.ReadTexts(reader, 15),
                    ChainHash = reader.GetFieldValue<byte[]>(16),
                    Body = isSealed ? Open(opener, reader, isDestroyed) : reader.GetFieldValue<byte[]>(17),
                    IsDestroyed = isDestroyed,
                    IsKeyMissing = isMissing,
                    IsFiled = reader.FieldCount <= OwnColumns || (!reader.IsDBNull(OwnColumns) && reader.GetBoolean(OwnColumns)),
                    Filed =
                        reader.FieldCount > OwnColumns && reader.GetBoolean(OwnColumns + 1)
                            ? new FiledWords(
                                reader.TextOrNull(OwnColumns + 2),
                                reader.TextOrNull(OwnColumns + 3),
                                reader.TextOrNull(OwnColumns + 4)
                            )
                            : null,
                }
            );
        }

        return entries;
    }

    private static byte[] Open(BodyOpener opener, DbDataReader reader, bool isDestroyed) =>
        isDestroyed
            ? []
            : opener.Open(
                reader.GetString(0),
                reader.GetInt64(1),
                reader.GetInt64(18),
                reader.GetFieldValue<byte[]>(19),
                reader.GetFieldValue<byte[]>(17)
            );
}
