using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <summary>What a sealed registry keeps to, whatever the database: a row that the control plane did not write is nobody's.</summary>
public abstract class RegistrySealContract : IAsyncLifetime
{
    private const string Good = """{"id":"a","n":1}""";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private readonly RegistrySeal _seal = new(Key, isRequired: true);
    private StorageLocation _location = null!;
    private RegistryStorage _storage = null!;

    public static TheoryData<string> Edits =>
        [
            "UPDATE documents SET json = '{\"id\":\"a\",\"n\":2}' WHERE id = 'a'",
            "UPDATE documents SET updated_by = 'somebody' WHERE id = 'a'",
            "UPDATE documents SET version = version + 1 WHERE id = 'a'",
            "UPDATE documents SET deleted = TRUE WHERE id = 'a'",
            "UPDATE documents SET seal = NULL WHERE id = 'a'",
            "UPDATE documents SET kind = 5 WHERE id = 'a'",
            "UPDATE documents SET id = 'c' WHERE id = 'a'",
            "UPDATE documents SET revision = (SELECT revision + 1 FROM registry_revision) WHERE id = 'a'; "
                + "UPDATE registry_revision SET revision = revision + 1",
            "UPDATE documents SET json = (SELECT json FROM documents WHERE id = 'b'), seal = (SELECT seal FROM documents WHERE id = 'b') "
                + "WHERE id = 'a'",
        ];

    public async ValueTask InitializeAsync()
    {
        _location = await LocateAsync();
        _storage = RegistryStorage.Create(_location.Options, seal: _seal);
        await _storage.Migrator.MigrateAsync(None);
    }

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _location.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<StorageLocation> LocateAsync();

    [Fact]
    public async Task Read_RowsOfTheControlPlane_AreAsWritten()
    {
        await FillAsync();
        await PutAsync(_storage, "a", Good);
        await PutAsync(_storage, "b", null);

        var items = (await _storage.Source.LoadAllAsync(None)).Items.ToDictionary(item => item.Id);
        Assert.Equal((Good, false, 2L), (items["a"].Json, items["a"].Deleted, items["a"].Version));
        Assert.True(items["b"].Deleted);
        Assert.Equal(Good, (await _storage.Store.FindAsync(RegistryKind.Client, "a", None))!.Json);
        Assert.Equal(0, _seal.RefusedCount);
    }

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task Read_RowEditedBySql_IsEmptyAndNothingElseIs(string sql)
    {
        await FillAsync();
        await ExecuteAsync(sql);

        var items = (await _storage.Source.LoadAllAsync(None)).Items;
        var edited = Assert.Single(items, item => item.Id != "b");
        Assert.Equal(("{}", false), (edited.Json, edited.Deleted));
        Assert.Equal("""{"id":"b"}""", Assert.Single(items, item => item.Id == "b").Json);
        Assert.Equal(1, _seal.RefusedCount);
        Assert.DoesNotContain(await _storage.Store.ListAsync((RegistryKind)edited.Kind, null, 10, None), item => item.Json == Good);
    }

    // Of nobody it would close nobody, and the approval before it would count again.
    [Fact]
    public async Task Read_ApprovalEditedBySql_NamesTheClientThatItCloses()
    {
        const string Stored = """{"id":"a-2","client":"acme","until":"2026-01-01"}""";
        await _storage.Store.WriteAsync([new RegistryWrite(RegistryKind.Approval, "a-2", Stored, 0)], "tester", None);
        await ExecuteAsync("UPDATE documents SET version = version + 1 WHERE id = 'a-2'");

        var edited = (await _storage.Store.FindAsync(RegistryKind.Approval, "a-2", None))!;

        Assert.Equal("""{"client":"acme"}""", edited.Json);
        Assert.Equal(1, _seal.RefusedCount);
    }

    [Fact]
    public async Task Read_RowInsertedBySql_IsEmptyForNodesAndForTheControlPlane()
    {
        await FillAsync();
        var since = (await _storage.Source.LoadAllAsync(None)).Revision;
        var told = new List<(RegistryKind Kind, string Id, bool HadSeal)>();
        _seal.Refused += (kind, id, had) => told.Add((kind, id, had));
        await ExecuteAsync(
            "UPDATE registry_revision SET revision = revision + 1; "
                + "INSERT INTO documents (kind, id, version, revision, json, updated_at, updated_by, deleted, seal) "
                + "SELECT kind, 'intruder', version, (SELECT revision FROM registry_revision), json, updated_at, updated_by, deleted, seal "
                + "FROM documents WHERE id = 'a'"
        );

        Assert.Equal("{}", Assert.Single((await _storage.Source.LoadSinceAsync(since, None)).Items).Json);
        Assert.Equal("{}", (await _storage.Store.FindAsync(RegistryKind.Client, "intruder", None))!.Json);
        Assert.Equal([(RegistryKind.Client, "intruder", true)], told);
    }

    [Fact]
    public async Task SealAll_RegistryFromBefore_IsReadWhereSealsAreRequired()
    {
        await using var before = RegistryStorage.Create(_location.Options);
        await PutAsync(before, "a", Good);
        await PutAsync(before, "gone", Good);
        await PutAsync(before, "gone", null);
        Assert.Equal("{}", (await _storage.Store.FindAsync(RegistryKind.Client, "a", None))!.Json);

        // While it is being sealed, what has none is believed, and what has another is not.
        await using var between = RegistryStorage.Create(_location.Options, seal: new RegistrySeal(Key, isRequired: false));
        Assert.Equal(Good, (await between.Store.FindAsync(RegistryKind.Client, "a", None))!.Json);
        await PutAsync(between, "b", Good);
        await ExecuteAsync("UPDATE documents SET json = '{\"id\":\"b\"}' WHERE id = 'b'");
        Assert.Equal("{}", (await between.Store.FindAsync(RegistryKind.Client, "b", None))!.Json);

        Assert.Equal(2, await between.SealAllAsync(None));
        Assert.Equal(0, await between.SealAllAsync(None));
        var items = (await _storage.Source.LoadAllAsync(None)).Items.ToDictionary(item => item.Id);
        Assert.Equal(Good, items["a"].Json);
        Assert.True(items["gone"].Deleted);
        Assert.Equal("{}", items["b"].Json);
    }

    [Fact]
    public async Task Write_OverARefusedRow_MakesItGoodAgain()
    {
        await FillAsync();
        await ExecuteAsync("UPDATE documents SET json = '{\"id\":\"a\",\"n\":2}' WHERE id = 'a'");
        Assert.Equal("{}", (await _storage.Store.FindAsync(RegistryKind.Client, "a", None))!.Json);
        await PutAsync(_storage, "a", Good);

        Assert.Equal(Good, (await _storage.Store.FindAsync(RegistryKind.Client, "a", None))!.Json);
    }

    [Fact]
    public async Task Read_AnotherKey_IsEmpty()
    {
        await FillAsync();
        await using var other = RegistryStorage.Create(_location.Options, seal: new RegistrySeal(new byte[32], isRequired: false));

        Assert.All((await other.Source.LoadAllAsync(None)).Items, item => Assert.Equal("{}", item.Json));
    }

    public static TheoryData<string> NodeEdits =>
        [
            "UPDATE node_status SET unshipped = 0 WHERE node = 'gw-1'",
            "UPDATE node_status SET unshipped = NULL WHERE node = 'gw-1'",
            "UPDATE node_status SET revision = 99 WHERE node = 'gw-1'",
            "UPDATE node_status SET confirmed = (SELECT confirmed FROM node_status WHERE node = 'gw-2') WHERE node = 'gw-1'",
            "UPDATE node_status SET at = (SELECT at FROM node_status WHERE node = 'gw-2') WHERE node = 'gw-1'",
            "UPDATE node_status SET problem = NULL WHERE node = 'gw-1'",
            "UPDATE node_status SET seal = NULL WHERE node = 'gw-1'",
            "UPDATE node_status SET seal = (SELECT seal FROM node_status WHERE node = 'gw-2') WHERE node = 'gw-1'",
            "DELETE FROM node_status WHERE node = 'gw-1'; UPDATE node_status SET node = 'gw-1' WHERE node = 'gw-2'",
        ];

    // What a node says of itself, such as that all of its records are shipped, nobody else says in its place.
    [Theory]
    [MemberData(nameof(NodeEdits))]
    public async Task ListNodes_RowEditedBySql_SaysNothingButThatThereIsSuchANode(string sql)
    {
        var said = new NodeStatus("gw-1", 4, Moment(3), "late \0 and long", Moment(2), 17);
        var other = new NodeStatus("gw-2", 5, Moment(9), null, Moment(8), 0);
        await _storage.Source.ReportNodeAsync(said, None);
        await _storage.Source.ReportNodeAsync(other, None);
        var before = await _storage.Store.ListNodesAsync(None);
        Assert.Equal([said with { Problem = before[0].Problem }, other], before);

        await ExecuteAsync(sql);

        var edited = (await _storage.Store.ListNodesAsync(None))[0];
        Assert.Equal(("gw-1", true), (edited.Node, edited.IsUnproven));
        Assert.Equal(0, edited.Revision);
        Assert.Null(edited.Unshipped);
        Assert.Null(edited.Confirmed);
        Assert.All((await _storage.Store.ListNodesAsync(None)).Skip(1), node => Assert.Equal(other, node));

        // It speaks again for itself.
        await _storage.Source.ReportNodeAsync(said with { Unshipped = 3 }, None);
        var again = (await _storage.Store.ListNodesAsync(None))[0];
        Assert.False(again.IsUnproven);
        Assert.Equal(3, again.Unshipped);
    }

    // Nodes of before, while seals are written and not asked for; a registry without a key.
    [Fact]
    public async Task ListNodes_RowWithoutASeal_IsBelievedUntilSealsAreRequired()
    {
        await using var before = RegistryStorage.Create(_location.Options);
        await before.Source.ReportNodeAsync(new NodeStatus("gw-1", 4, Moment(3), null, Moment(2), 17), None);
        await using var between = RegistryStorage.Create(_location.Options, seal: new RegistrySeal(Key, isRequired: false));

        Assert.Equal(17, Assert.Single(await before.Store.ListNodesAsync(None)).Unshipped);
        Assert.Equal(17, Assert.Single(await between.Store.ListNodesAsync(None)).Unshipped);
        Assert.True(Assert.Single(await _storage.Store.ListNodesAsync(None)).IsUnproven);
    }

    private static DateTimeOffset Moment(int minutes) => new(2026, 5, 1, 12, minutes, 0, TimeSpan.Zero);

    private async Task FillAsync()
    {
        await PutAsync(_storage, "a", Good);
        await PutAsync(_storage, "b", """{"id":"b"}""");
    }

    private static async Task PutAsync(RegistryStorage storage, string id, string? json) =>
        Assert.IsType<RegistryWriteResult.Written>(
            await storage.Store.WriteAsync([new RegistryWrite(RegistryKind.Client, id, json, null)], "tester", None)
        );

    private async Task ExecuteAsync(string sql)
    {
        await using DbConnection connection =
            _location.Options.Provider == StorageProvider.Postgres
                ? new NpgsqlConnection(_location.Options.ConnectionString)
                : new SqliteConnection(_location.Options.ConnectionString);
        await connection.OpenAsync(None);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(None);
    }
}
