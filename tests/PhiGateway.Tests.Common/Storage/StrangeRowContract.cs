using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Proof.Heads;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <summary>
/// Rows that no version writes, whatever the database: nobody can add one, and one that is there all the same (from before, or by the tables'
/// owner) keeps nobody from reading the others.
/// </summary>
public abstract class StrangeRowContract : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Day = new(2026, 11, 5, 12, 0, 0, TimeSpan.Zero);
    private StorageLocation _location = null!;
    private AuditStorage _audit = null!;
    private RegistryStorage _registry = null!;

    private bool _isUnbolted;

    private bool IsPostgres => _location.Options.Provider == StorageProvider.Postgres;

    private string Now => IsPostgres ? "now()" : "1793880000000000";

    public async ValueTask InitializeAsync()
    {
        _location = await LocateAsync();
        _audit = AuditStorage.Create(_location.Options);
        await _audit.Migrator.MigrateAsync(None);
        _registry = RegistryStorage.Create(_location.Options);
        await _registry.Migrator.MigrateAsync(None);
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        await _audit.DisposeAsync();
        await _location.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<StorageLocation> LocateAsync();

    [Theory]
    [InlineData("UPDATE audit_event SET kind = 300", "UPDATE audit_event SET kind = 200")]
    [InlineData("UPDATE audit_event SET kind = -1", "UPDATE audit_event SET kind = 1")]
    [InlineData(
        "INSERT INTO audit_event (log, sequence, time, id, kind, event, decision, status, patient_keys, chain_hash, body, shape) "
            + "SELECT log, 9, time, id, 300, event, decision, status, patient_keys, chain_hash, body, shape FROM audit_event WHERE sequence = 1",
        "INSERT INTO audit_event (log, sequence, time, id, kind, event, decision, status, patient_keys, chain_hash, body, shape) "
            + "SELECT log, 9, time, id, 200, event, decision, status, patient_keys, chain_hash, body, shape FROM audit_event WHERE sequence = 1"
    )]
    [InlineData(
        "INSERT INTO audit_shape (month, id, kind, decision) VALUES (202613, 1, 1, 'permit')",
        "INSERT INTO audit_shape (month, id, kind, decision) VALUES (202612, 1, 1, 'permit')"
    )]
    [InlineData(
        "INSERT INTO audit_shape (month, id, kind, decision) VALUES (202612, 1, 0, 'permit')",
        "INSERT INTO audit_shape (month, id, kind, decision) VALUES (202612, 1, 255, 'permit')"
    )]
    [InlineData("UPDATE audit_head SET kind = 300", "UPDATE audit_head SET kind = 3")]
    [InlineData("UPDATE documents SET kind = 300", "UPDATE documents SET kind = 200")]
    [InlineData("UPDATE revocation SET target = -1", "UPDATE revocation SET target = 200")]
    public async Task Write_WhatNoVersionWrites_IsRefused(string refused, string twin)
    {
        await FillAsync();

        await Assert.ThrowsAnyAsync<DbException>(() => RunAsync(refused));
        Assert.NotEqual(0, await RunAsync(twin));
    }

    [Theory]
    [InlineData("300")]
    [InlineData("-1")]
    [InlineData("0")]
    public async Task Read_ARecordOfNoKind_IsNamedAndHidesNoOther(string kind)
    {
        await FillAsync();
        await UnboltAsync();
        await RunAsync($"UPDATE audit_event SET kind = {kind} WHERE sequence = 1");

        var read = await _audit.Store.ReadFiledAsync("log", 0, 9, None);
        Assert.Equal([null, "kind", null], read.Select(static entry => entry.Unreadable));
        Assert.Equal((default, "read", Day.AddMinutes(1)), (read[1].Kind, read[1].Event, read[1].Time));
        var found = await _audit.Store.QueryAsync(new AuditQuery { Limit = 9 }, None);
        Assert.Equal([2L, 1L, 0L], found.Entries.Select(static entry => entry.Sequence));
        Assert.Equal("kind", found.Entries[1].Unreadable);
    }

    [Fact]
    public async Task Read_ARecordOfNoTimeOrPatient_IsNamedAndHidesNoOther()
    {
        await FillAsync();
        await UnboltAsync();
        await RunAsync(
            IsPostgres
                ? "UPDATE audit_event SET time = '20000-01-01', patient_keys = ARRAY[NULL]::text[] WHERE sequence = 1"
                : "UPDATE audit_event SET time = 9223372036854775807, patient_keys = '[null]' WHERE sequence = 1"
        );

        var read = await _audit.Store.ReadAsync("log", 0, 9, None);
        Assert.Equal([null, "time, patient_keys", null], read.Select(static entry => entry.Unreadable));
        Assert.Empty(read[1].PatientKeys);
        Assert.Equal(DateTimeOffset.MaxValue, read[1].Time);
        Assert.Equal(3, (await _audit.Store.ReadFiledAsync("log", 0, 9, None)).Count);
    }

    [Theory]
    [InlineData(202613)]
    [InlineData(0)]
    public async Task Query_WithAShapeOfNoMonth_FindsTheRest(int month)
    {
        await FillAsync();
        await UnboltAsync();
        await RunAsync($"INSERT INTO audit_shape (month, id, kind, decision, client) VALUES ({month}, 1, 1, 'permit', 'acme')");

        Assert.Equal(3, (await _audit.Store.QueryAsync(new AuditQuery { Limit = 9 }, None)).Entries.Count);
        Assert.Equal(3, (await _audit.Store.QueryAsync(new AuditQuery { Client = "acme", Limit = 9 }, None)).Entries.Count);
        Assert.Equal([202611], (await _audit.Keeping.ListMonthsAsync(None)).Select(static kept => kept.Month));
    }

    [Fact]
    public async Task Query_ACursorOfNoTime_IsNoneOfItsSearch()
    {
        await FillAsync();
        var cursor = (await _audit.Store.QueryAsync(new AuditQuery { Limit = 1 }, None)).Next!;

        await Assert.ThrowsAsync<AuditCursorException>(() =>
            _audit.Store.QueryAsync(new AuditQuery { Client = "acme", Cursor = cursor }, None)
        );
        Assert.Equal(2, (await _audit.Store.QueryAsync(new AuditQuery { Limit = 9, Cursor = cursor }, None)).Entries.Count);
    }

    [Fact]
    public async Task Read_AHeadOfNoKind_HidesNoOther()
    {
        await FillAsync();
        await UnboltAsync();
        await RunAsync(
            "INSERT INTO audit_head (log, size, kind, digest, note, time) SELECT log, size, 300, digest, note, time FROM audit_head"
        );

        var heads = await _audit.Heads.ReadAsync("log", 0, 9, None);
        Assert.Equal([LogHeadKind.Checkpoint, default], heads.Select(static head => head.Kind));
    }

    [Fact]
    public async Task Load_WithADocumentOfNoKind_GivesTheOthersAndRevocations()
    {
        await FillAsync();
        await UnboltAsync();
        foreach (var (kind, id) in new[] { (300, "above"), (-1, "below") })
        {
            await RunAsync(
                "INSERT INTO documents (kind, id, version, revision, json, updated_at, updated_by, deleted) "
                    + $"VALUES ({kind}, '{id}', 1, 1, '{{}}', {Now}, 'somebody', FALSE)"
            );
        }

        var all = await _registry.Source.LoadAllAsync(None);
        Assert.Equal(
            [("above", (RegistryKind)255), ("below", default), ("acme", RegistryKind.Organization)],
            all.Items.Select(static item => (item.Id, item.Kind)).OrderBy(static item => item.Id == "acme").ThenBy(static item => item.Id)
        );
        Assert.Single(all.Revocations);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(-1)]
    public async Task Load_WithARevocationOfNoTarget_GivesItAsOneThatNobodyUnderstands(int target)
    {
        await FillAsync();
        await UnboltAsync();
        await RunAsync($"UPDATE revocation SET target = {target}");

        var row = Assert.Single((await _registry.Source.LoadAllAsync(None)).Revocations);
        Assert.False(Enum.IsDefined(row.Target));
        Assert.Equal("r-1", row.Id);
    }

    [Fact]
    public async Task Load_WithAMembershipOfNobody_GivesTheOthers()
    {
        await FillAsync();
        await RunAsync("UPDATE roster_member SET patient = 'not an id' WHERE patient = 'p-1'");

        var member = Assert.Single((await _registry.Source.LoadAllAsync(None)).Members);
        Assert.Equal("p-2", member.Member.Patient.Value);
    }

    // One login of a gateway may add it, or a newer version has.
    [Theory]
    [InlineData("no json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"form":"metadata","name":"x","keys":[null]}""")]
    [InlineData("""{"form":"metadata","name":"x","later":1}""")]
    public async Task ListRequests_WithOneThatCannotBeRead_GivesTheOthers_AndItIsDeclinedLikeThem(string words)
    {
        var requests = _registry.RegistrationRequests;
        Assert.False((await requests.TryAddAsync(Asked("reg-1"), 10, None))!.IsUnreadable);
        Assert.False((await requests.TryAddAsync(Asked("reg-2"), 10, None))!.IsUnreadable);
        Assert.Equal(1, await RunAsync($"UPDATE registration_request SET words = '{words}' WHERE id = 'reg-1'"));

        var all = (await requests.ListAsync(new RegistrationFilter(), 0, 10, None)).Items.ToDictionary(static one => one.Id);
        Assert.Equal((2, true, false), (all.Count, all["reg-1"].IsUnreadable, all["reg-2"].IsUnreadable));
        Assert.Equal(
            "reg-2",
            Assert.Single((await requests.ListAsync(new RegistrationFilter { Form = "metadata" }, 0, 10, None)).Items).Id
        );
        Assert.Empty((await requests.ListAsync(new RegistrationFilter { SignedBy = "https://x.example" }, 0, 10, None)).Items);
        Assert.True((await requests.FindAsync("reg-1", None))!.IsUnreadable);
        Assert.Equal(["reg-1"], await requests.DeclineAsync(["reg-1"], "ada", DateTimeOffset.UtcNow, "odd", None));
    }

    private static RegistrationRequest Asked(string id) =>
        new()
        {
            Id = id,
            ReceivedAt = DateTimeOffset.UtcNow,
            Until = DateTimeOffset.UtcNow.AddDays(31),
            Peer = "203.0.113.7",
            Words = new RegistrationWords { Form = "metadata", Name = "Connector" },
        };

    private async Task FillAsync()
    {
        await _audit.Store.AppendAsync([Entry(0), Entry(1), Entry(2)], None);
        await _audit.Heads.AppendAsync([new LogHead("log", 3, LogHeadKind.Checkpoint, "note 3", Day)], None);
        await _registry.Store.WriteAsync([new RegistryWrite(RegistryKind.Organization, "acme", "{}", 0)], "tester", None);
        await _registry.Store.PutMembersAsync([Member("p-1"), Member("p-2")], "tester", None);
        await _registry.Store.RevokeAsync(
            new Revocation("r-1", RevocationTarget.Client, "acme", null, null, "why", "tester", Day, false),
            None
        );
    }

    private static RosterMember Member(string patient) => new("r", PatientId.Parse(patient), null, null, null);

    private static AuditEntry Entry(int sequence) =>
        new()
        {
            Log = "log",
            Sequence = sequence,
            Id = Guid.CreateVersion7(),
            ParentId = Guid.Empty,
            Kind = AuditKind.Decision,
            Event = "read",
            Time = Day.AddMinutes(sequence),
            Decision = "permit",
            Client = "acme",
            ChainHash = new byte[32],
            Body = Encoding.UTF8.GetBytes("{}"),
        };

    // As the tables' owner can, and as it was before there was anything to take away.
    private async Task UnboltAsync()
    {
        string[] checks = IsPostgres
            ?
            [
                "ALTER TABLE audit_event DROP CONSTRAINT ck_audit_event_kind, DROP CONSTRAINT ck_audit_event_time",
                "ALTER TABLE audit_event DROP CONSTRAINT ck_audit_event_patient_keys",
                "ALTER TABLE audit_shape DROP CONSTRAINT ck_audit_shape_kind, DROP CONSTRAINT ck_audit_shape_month",
                "ALTER TABLE audit_head DROP CONSTRAINT ck_audit_head_kind",
                "ALTER TABLE documents DROP CONSTRAINT ck_documents_kind",
                "ALTER TABLE revocation DROP CONSTRAINT ck_revocation_target",
            ]
            :
            [
                // Of audit_event the table itself refuses, which a connection may be told not to look at.
                .. new[] { "audit_shape", "audit_head", "documents", "revocation" }.SelectMany(static table =>
                    new[] { $"DROP TRIGGER ck_{table}_insert", $"DROP TRIGGER ck_{table}_update" }
                ),
            ];
        foreach (var check in checks)
        {
            await RunAsync(check);
        }

        _isUnbolted = true;
    }

    private async Task<int> RunAsync(string sql)
    {
        await using DbConnection connection = IsPostgres
            ? new NpgsqlConnection(_location.Options.ConnectionString)
            : new SqliteConnection(_location.Options.ConnectionString);
        await connection.OpenAsync(None);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // statements of these tests only
        command.CommandText = _isUnbolted && !IsPostgres ? "PRAGMA ignore_check_constraints = ON; " + sql : sql;
#pragma warning restore CA2100
        return await command.ExecuteNonQueryAsync(None);
    }
}
