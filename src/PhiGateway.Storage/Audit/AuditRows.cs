using System.Data.Common;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>Reads rows of <c>audit_event</c> into audit entries; used by the audit stores.</summary>
/// <remarks>
/// Security: whoever ships may add rows. One that holds what no version writes is an entry that says so (<see cref="AuditEntry.Unreadable"/>),
/// so that it hides neither itself from verifiers nor the others from anybody.
/// </remarks>
internal static class AuditRows
{
    /// <summary>How much is read of a body: a record is at most 16 MiB, with room for its seal.</summary>
    /// <remarks>
    /// Security: whoever ships may add rows of any length, and one of a gigabyte would take the memory of each node that reads it. What is
    /// longer than any version writes is cut, so that verifiers name the row.
    /// </remarks>
    public const int MostBody = (16 * 1024 * 1024) + 4096;

    private const int MostText = 65_536;
    private const int MostHash = 64;
    private const int MostPatients = 64 * 1024 * 1024;

    /// <summary>In the order that <see cref="ReadAsync"/> takes, of the table under the alias <c>e</c>.</summary>
    public static string Columns(Database database) => $"{Head(database)}, {Bytes("body", MostBody)}, e.body_key, {WrappedKey}";

    /// <summary>The same without the body: what a record is filed under.</summary>
    public static string HeadColumns(Database database) => Head(database) + ", substr(e.body, 1, 0), NULL, NULL";

    private static string Head(Database database) =>
        $"e.log, e.sequence, e.time, e.id, e.parent_id, e.kind, {Text("event")}, {Text("decision")}, {Text("reason")}, {Text("client")}, "
        + $"{Text("tenant")}, {Text("actor")}, e.status, {Text("resource_type")}, {Text("interaction")}, "
        + $"CASE WHEN {database.LengthSql("e.patient_keys")} <= {MostPatients} THEN e.patient_keys END AS patient_keys, "
        + Bytes("chain_hash", MostHash);

    // What fits is given as it stands: to cut it would make a copy of it, row by row. No text has fewer bytes than characters.
    private static string Text(string column) => Fitting(column, MostText, $"substr(e.{column}, 1, {MostText})");

    // SQLite makes nothing of a part of no bytes at all.
    private static string Bytes(string column, int most) => Fitting(column, most, $"coalesce(substr(e.{column}, 1, {most}), e.{column})");

    private static string Fitting(string column, int most, string cut) =>
        $"CASE WHEN octet_length(e.{column}) <= {most} THEN e.{column} ELSE {cut} END AS {column}";

    // Nothing: the row of the key is missing; empty: its key was destroyed.
    private const string WrappedKey = "(SELECT coalesce(k.wrapped, substr(e.body, 1, 0)) FROM audit_key k WHERE k.id = e.body_key)";

    private const int BodyKey = 18;
    private const int Wrapped = 19;
    private const int OwnColumns = 20;
    private const int PatientsColumn = OwnColumns + 5;

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

    /// <summary>Behind that: whether a search by each of the record's patients finds it.</summary>
    public static string IsFoundByPatients(Database database) =>
        $"(SELECT count(*) FROM audit_patient p WHERE {database.HoldsSql("e.patient_keys", "p.patient_key")} AND p.time = e.time "
        + $"AND p.log = e.log AND p.sequence = e.sequence) = {database.DifferentSql("e.patient_keys")}";

    /// <summary>The same columns for inserting.</summary>
    public const string InsertColumns =
        "log, sequence, time, id, parent_id, kind, event, decision, reason, client, "
        + "tenant, actor, status, resource_type, interaction, shape, patient_keys, chain_hash, body, body_key";

    /// <exception cref="BodyKeyException">None of the sealed bodies among them can be opened with the keys here.</exception>
    public static async Task<List<AuditEntry>> ReadAsync(
        Database database,
        DbCommand command,
        CancellationToken cancellationToken,
        ReadBudget? budget = null
    )
    {
        var entries = new List<AuditEntry>();
        using var opener = new BodyOpener(database.Bodies);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (budget is not { IsSpent: true } && await reader.ReadAsync(cancellationToken))
        {
            var entry = Read(database, reader, opener);
            entries.Add(entry);
            budget?.Take(entry);
        }

        // One key that nothing opens may be anybody's doing; where nothing at all can be read, the keys are not configured.
        if (database.Bodies is null)
        {
            database.HasReadPlain |= entries.Exists(static entry => entry is { Unopened: null, IsDestroyed: false, Body.Length: > 0 });
        }

        if (!database.HasReadPlain)
        {
            opener.ThrowIfNoneOpened();
        }

        return entries;
    }

    private static AuditEntry Read(Database database, DbDataReader reader, BodyOpener opener)
    {
        try
        {
            return ReadWhole(database, reader, opener);
        }
        catch (Exception fault) when (fault is BodyKeyException || TolerantRow.IsOfAValue(fault))
        {
            return ReadWhatCanBe(database, reader, opener);
        }
    }

    private static AuditEntry ReadWhole(Database database, DbDataReader reader, BodyOpener opener)
    {
        var isSealed = !reader.IsDBNull(BodyKey);
        var isMissing = isSealed && reader.IsDBNull(Wrapped);
        var isDestroyed = isMissing || (isSealed && reader.GetFieldValue<byte[]>(Wrapped).Length == 0);
        return new AuditEntry
        {
            Log = reader.GetString(0),
            Sequence = reader.GetInt64(1),
            Time = database.ReadTime(reader, 2),
            Id = database.ReadUuid(reader, 3),
            ParentId = ParentOf(database, reader, 4),
            Kind = KindOf(reader, 5),
            Event = reader.GetString(6),
            Decision = reader.GetString(7),
            Reason = reader.TextOrNull(8),
            Client = reader.TextOrNull(9),
            Tenant = reader.TextOrNull(10),
            Actor = reader.TextOrNull(11),
            Status = reader.GetInt32(12),
            ResourceType = reader.TextOrNull(13),
            Interaction = reader.TextOrNull(14),
            PatientKeys = PatientsOf(database, reader, 15),
            ChainHash = reader.GetFieldValue<byte[]>(16),
            Body = isSealed ? Open(opener, reader, isDestroyed) : reader.GetFieldValue<byte[]>(17),
            IsDestroyed = isDestroyed,
            IsKeyMissing = isMissing,
            IsFiled = IsFiledByItsWords(reader),
            IsFoundByPatients = IsTrueOrUntold(reader, PatientsColumn),
            Filed = WordsOf(reader),
        };
    }

    private static FiledWords? WordsOf(DbDataReader reader) =>
        reader.FieldCount > OwnColumns + 1 && !reader.IsDBNull(OwnColumns + 1) && reader.GetBoolean(OwnColumns + 1)
            ? new FiledWords(reader.TextOrNull(OwnColumns + 2), reader.TextOrNull(OwnColumns + 3), reader.TextOrNull(OwnColumns + 4))
            : null;

    private static AuditEntry ReadWhatCanBe(Database database, DbDataReader reader, BodyOpener opener)
    {
        var row = new TolerantRow(reader);
        string? Text(int column) => row.Read(column, reader.TextOrNull, null);
        var isSealed = !reader.IsDBNull(BodyKey);
        var isMissing = isSealed && reader.IsDBNull(Wrapped);
        var isDestroyed = isMissing || (isSealed && row.Read(Wrapped, reader.GetFieldValue<byte[]>, []).Length == 0);
        byte[] body = [];
        string? unopened = null;
        try
        {
            body = row.Read(17, column => isSealed ? Open(opener, reader, isDestroyed) : reader.GetFieldValue<byte[]>(column), []);
        }
        catch (BodyKeyException fault)
        {
            unopened = fault.Message;
            row.Name(BodyKey);
        }

        var entry = new AuditEntry
        {
            // The key of the table: a row is always somewhere.
            Log = reader.GetString(0),
            Sequence = reader.GetInt64(1),
            Time = row.Read(2, column => database.ReadTime(reader, column), DateTimeOffset.MaxValue),
            Id = row.Read(3, column => database.ReadUuid(reader, column), Guid.Empty),
            ParentId = row.Read(4, column => ParentOf(database, reader, column), Guid.Empty),
            Kind = row.Read(5, column => KindOf(reader, column), default),
            Event = Text(6) ?? string.Empty,
            Decision = Text(7) ?? string.Empty,
            Reason = Text(8),
            Client = Text(9),
            Tenant = Text(10),
            Actor = Text(11),
            Status = row.Read(12, reader.GetInt32, 0),
            ResourceType = Text(13),
            Interaction = Text(14),
            PatientKeys = row.Read(15, column => PatientsOf(database, reader, column), []),
            ChainHash = row.Read(16, reader.GetFieldValue<byte[]>, []),
            Body = body,
            IsDestroyed = isDestroyed,
            IsKeyMissing = isMissing,
            IsFiled = IsFiledByItsWords(reader),
            IsFoundByPatients = IsTrueOrUntold(reader, PatientsColumn),
            Filed = WordsOf(reader),
        };
        return entry with { Unreadable = row.Unreadable, Unopened = unopened };
    }

    private static Guid ParentOf(Database database, DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? Guid.Empty : database.ReadUuid(reader, column);

    // Not as a smallint: where columns have no width of their own, a cast would make a kind out of anything.
    private static AuditKind KindOf(DbDataReader reader, int column) =>
        reader.GetInt64(column) is >= 1 and <= byte.MaxValue and var kind ? (AuditKind)kind : throw new OverflowException("No kind.");

    private static string[] PatientsOf(Database database, DbDataReader reader, int column)
    {
        var keys = database.ReadTexts(reader, column);
        return Array.Exists(keys, static key => key is null) ? throw new InvalidDataException("A key that is none.") : keys;
    }

    private static bool IsFiledByItsWords(DbDataReader reader) => IsTrueOrUntold(reader, OwnColumns);

    private static bool IsTrueOrUntold(DbDataReader reader, int column) =>
        reader.FieldCount <= column || (!reader.IsDBNull(column) && reader.GetBoolean(column));

    private static byte[] Open(BodyOpener opener, DbDataReader reader, bool isDestroyed) =>
        isDestroyed
            ? []
            : opener.Open(
                reader.GetString(0),
                reader.GetInt64(1),
                reader.GetInt64(BodyKey),
                reader.GetFieldValue<byte[]>(Wrapped),
                reader.GetFieldValue<byte[]>(17)
            );
}
