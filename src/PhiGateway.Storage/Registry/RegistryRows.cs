using System.Data.Common;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Storage.Common;
using PhiGateway.Storage.Schema;

namespace PhiGateway.Storage.Registry;

/// <summary>Reads rows of the registry's tables into the policy's records; used by the stores and sources.</summary>
internal static class RegistryRows
{
    public const string ItemColumns = "kind, id, version, revision, json, updated_at, updated_by, deleted, seal";
    public const string MemberColumns = "roster, patient, from_at, until_at, source, removed";
    public const string RevocationColumns = "id, target, value, issuer, issued_before, reason, revoked_by, revoked_at, lifted, until";
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
            (RegistryKind)reader.GetInt16(0),
            reader.GetString(1),
            reader.GetInt64(2),
            reader.GetInt64(3),
            reader.GetString(4),
            database.ReadTime(reader, 5),
            reader.GetString(6),
            reader.GetBoolean(7)
        );

    public static async Task<RosterMemberList> ReadMembersAsync(Database database, DbDataReader reader, CancellationToken cancellationToken)
    {
        var members = new RosterMemberList();
        while (await reader.ReadAsync(cancellationToken))
        {
            members.Add(
                reader.GetString(0),
                PatientId.Parse(reader.GetString(1)),
                database.ReadTimeOrNull(reader, 2),
                database.ReadTimeOrNull(reader, 3),
                reader.TextOrNull(4),
                reader.GetBoolean(5)
            );
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

    public static Revocation ReadRevocation(Database database, DbDataReader reader) =>
        new(
            reader.GetString(0),
            (RevocationTarget)reader.GetInt16(1),
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

    /// <summary>Whether two revocations do the same, whoever wrote them and why; times as the database keeps them.</summary>
    public static bool SameEffect(Revocation a, Revocation b) =>
        a.Target == b.Target
        && a.Value == b.Value
        && a.Issuer == b.Issuer
        && a.Lifted == b.Lifted
        && Nullable.Equals(Microseconds(a.IssuedBefore), Microseconds(b.IssuedBefore))
        && Nullable.Equals(Microseconds(a.FindEnd()), Microseconds(b.FindEnd()));

    private static long? Microseconds(DateTimeOffset? time) => time is { } t ? MicrosecondsConverter.ToMicroseconds(t) : null;

    /// <summary>Node, revision, moment, problem, when confirmed, unshipped records.</summary>
    public static async Task<List<NodeStatus>> ReadNodesAsync(Database database, DbDataReader reader, CancellationToken cancellationToken)
    {
        var nodes = new List<NodeStatus>();
        while (await reader.ReadAsync(cancellationToken))
        {
            nodes.Add(
                new NodeStatus(
                    reader.GetString(0),
                    reader.GetInt64(1),
                    database.ReadTime(reader, 2),
                    reader.TextOrNull(3),
                    database.ReadTimeOrNull(reader, 4),
                    reader.IsDBNull(5) ? null : reader.GetInt64(5)
                )
            );
        }

        return nodes;
    }
}
