using System.Data.Common;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Storage.Common;
using PhiGateway.Storage.Schema;

namespace PhiGateway.Storage.Registry;

/// <summary>Reads rows of the registry's tables into the policy's records; used by the stores and sources.</summary>
/// <remarks>
/// One row that holds what no version writes keeps nobody from the others, revocations among them: it closes what depends on it (ADR 11, ADR
/// 76). A number beyond a byte is read as one that no version has a name for: a kind that describes where it is too large, else one that governs.
/// </remarks>
internal static class RegistryRows
{
    public const string ItemColumns = "kind, id, version, revision, json, updated_at, updated_by, deleted, seal";
    public const string MemberColumns = "roster, patient, from_at, until_at, source, removed";
    public const string RevocationColumns = "id, target, value, issuer, issued_before, reason, revoked_by, revoked_at, lifted, until";
    public const string NodeColumns = "node, revision, at, problem, confirmed, unshipped, seal";
    public const int RevocationColumnCount = 10;

    public static async Task<List<RegistryItem>> ReadItemsAsync(Database database, DbDataReader reader, CancellationToken cancellationToken)
    {
        var items = new List<RegistryItem>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var item = ReadItem(database, reader);
            var mark = reader.IsDBNull(8) ? null : reader.GetFieldValue<byte[]>(8);
            items.Add(database.Seal?.Check(item, mark) ?? item);
        }

        return items;
    }

    /// <summary>The document of one row of <see cref="ItemColumns"/>, whatever seal it has.</summary>
    public static RegistryItem ReadItem(Database database, DbDataReader reader) =>
        new(
            (RegistryKind)Number(reader, 0, below: byte.MinValue),
            reader.GetString(1),
            reader.GetInt64(2),
            reader.GetInt64(3),
            reader.GetString(4),
            TolerantRow.TimeOf(database, reader, 5, DateTimeOffset.MinValue),
            reader.GetString(6),
            reader.GetBoolean(7)
        );

    public static async Task<RosterMemberList> ReadMembersAsync(Database database, DbDataReader reader, CancellationToken cancellationToken)
    {
        var members = new RosterMemberList();
        while (await reader.ReadAsync(cancellationToken))
        {
            // Of what is no patient's id nobody is a member.
            if (!PatientId.TryParse(reader.GetString(1), out var patient))
            {
                continue;
            }

            try
            {
                members.Add(
                    reader.GetString(0),
                    patient,
                    database.ReadTimeOrNull(reader, 2),
                    database.ReadTimeOrNull(reader, 3),
                    reader.TextOrNull(4),
                    reader.GetBoolean(5)
                );
            }
            catch (Exception fault) when (TolerantRow.IsOfAValue(fault))
            {
                // Until when cannot be said: no longer.
                members.Add(reader.GetString(0), patient, null, null, null, removed: true);
            }
        }

        return members;
    }

    public static async Task<List<Revocation>> ReadRevocationsAsync(
        Database database,
        DbDataReader reader,
        CancellationToken cancellationToken
    )
    {
        var revocations = new List<Revocation>();
        while (await reader.ReadAsync(cancellationToken))
        {
            revocations.Add(ReadRevocation(database, reader));
        }

        return revocations;
    }

    public static Revocation ReadRevocation(Database database, DbDataReader reader)
    {
        try
        {
            return ReadRevocation(database, reader, (RevocationTarget)Number(reader, 1, below: byte.MaxValue));
        }
        catch (Exception fault) when (TolerantRow.IsOfAValue(fault))
        {
            // Whom it concerns, or from when on, cannot be said: as one of a sort that no version knows.
            var row = new TolerantRow(reader);
            return new Revocation(
                reader.GetString(0),
                (RevocationTarget)byte.MaxValue,
                row.Read(2, reader.GetString, string.Empty),
                null,
                null,
                row.Read(5, reader.GetString, string.Empty),
                row.Read(6, reader.GetString, string.Empty),
                row.Read(7, column => database.ReadTime(reader, column), DateTimeOffset.MinValue),
                row.Read(8, reader.GetBoolean, false)
            );
        }
    }

    private static Revocation ReadRevocation(Database database, DbDataReader reader, RevocationTarget target) =>
        new(
            reader.GetString(0),
            target,
            reader.GetString(2),
            reader.TextOrNull(3),
            database.ReadTimeOrNull(reader, 4),
            reader.GetString(5),
            reader.GetString(6),
            database.ReadTime(reader, 7),
            reader.GetBoolean(8)
        )
        {
            Until = database.ReadTimeOrNull(reader, 9),
        };

    // Not as a smallint: where columns have no width of their own, a cast would make a known number out of anything.
    private static byte Number(DbDataReader reader, int column, byte below) =>
        reader.GetInt64(column) switch
        {
            < byte.MinValue => below,
            > byte.MaxValue => byte.MaxValue,
            var number => (byte)number,
        };

    /// <summary>Whether two revocations do the same, whoever wrote them and why; times as the database keeps them.</summary>
    public static bool SameEffect(Revocation a, Revocation b) =>
        a.Target == b.Target
        && a.Value == b.Value
        && a.Issuer == b.Issuer
        && a.Lifted == b.Lifted
        && Nullable.Equals(Microseconds(a.IssuedBefore), Microseconds(b.IssuedBefore))
        && Nullable.Equals(Microseconds(a.FindEnd()), Microseconds(b.FindEnd()));

    private static long? Microseconds(DateTimeOffset? time) => time is { } t ? MicrosecondsConverter.ToMicroseconds(t) : null;

    /// <summary>The nodes of rows of <see cref="NodeColumns"/>.</summary>
    public static async Task<List<NodeStatus>> ReadNodesAsync(Database database, DbDataReader reader, CancellationToken cancellationToken)
    {
        var nodes = new List<NodeStatus>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new TolerantRow(reader);
            var node = new NodeStatus(
                reader.GetString(0),
                reader.GetInt64(1),
                row.Read(2, column => database.ReadTime(reader, column), DateTimeOffset.MinValue),
                reader.TextOrNull(3),
                row.Read(4, column => database.ReadTimeOrNull(reader, column), null),
                reader.IsDBNull(5) ? null : reader.GetInt64(5)
            );
            nodes.Add(database.Seal?.Check(node, reader.IsDBNull(6) ? null : reader.GetFieldValue<byte[]>(6)) ?? node);
        }

        return nodes;
    }
}
