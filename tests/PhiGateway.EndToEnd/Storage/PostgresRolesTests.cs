using Npgsql;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.EndToEnd.Storage;

/// <summary>Runs deploy/postgres/roles.sql and works, or fails to work, under each role.</summary>
public sealed class PostgresRolesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Denied = "42501";
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly Dictionary<string, string> _connections = [];
    private string _owner = string.Empty;

    public async ValueTask InitializeAsync()
    {
        _owner = await postgres.CreateDatabaseAsync(StorageSchemas.Registry | StorageSchemas.Audit);
        var script = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot(), "deploy", "postgres", "roles.sql"));
        await ExecuteAsync(_owner, script);
        await ExecuteAsync(_owner, script);
        foreach (var role in new[] { "phigw_gateway", "phigw_admin", "phigw_audit_writer", "phigw_audit_reader", "phigw_audit_keeper" })
        {
            var login = $"{role}_{PostgresCluster.DatabaseOf(_owner)}";
            await ExecuteAsync(_owner, $"CREATE ROLE {login} LOGIN IN ROLE {role}");
            _connections[role] = new NpgsqlConnectionStringBuilder(_owner) { Username = login }.ConnectionString;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Gateway_AtItsWork_ReadsTheRegistryAndReportsItself()
    {
        await using var owner = RegistryStorage.Create(Options(_owner));
        await owner.Store.WriteAsync([new(RegistryKind.Client, "a", "{}", 0)], "tester", None);
        await owner.Store.PutMembersAsync([new RosterMember("r", PatientId.Parse("p"))], "tester", None);

        await using var gateway = RegistryStorage.Create(Options(_connections["phigw_gateway"]));
        await gateway.Migrator.VerifyAsync(None);
        var all = await gateway.Source.LoadAllAsync(None);
        Assert.Equal((1, 1), (all.Items.Count, all.Members.Count));
        await gateway.Source.ReportNodeAsync(new NodeStatus("gw-1", 1, DateTimeOffset.UnixEpoch, null), None);
        var taken = new QuotaUse("acme", "gw-1", 1, [], 1, 3) { Fresh = ["k:1"], HourEnds = DateTimeOffset.UnixEpoch };
        await gateway.QuotaUses.ExchangeAsync([taken], DateTimeOffset.UnixEpoch, None);
        await gateway.Source.ReportNodeAsync(new NodeStatus("gw-1", 2, DateTimeOffset.UnixEpoch, null), None);
        Assert.Equal(2, Assert.Single(await owner.Store.ListNodesAsync(None)).Revision);
        Assert.Null(await gateway.TaskUses.TryTakeAsync([new TaskUse("task-1", 2)], None));
        Assert.True(await gateway.SingleUses.TryUseAsync("proof:roles", DateTimeOffset.UtcNow, None));
        await gateway.SingleUses.KeepAsync("proof:roles", DateTimeOffset.UtcNow.AddHours(1), None);
        Assert.NotNull(await gateway.RegistrationRequests.TryAddAsync(Stranger("reg-1"), 10, None));
        await gateway.Source.WaitForChangeAsync(TimeSpan.FromHours(1), None);
        await owner.Store.RevokeAsync(
            new Revocation("x", RevocationTarget.Client, "a", null, null, "r", "t", DateTimeOffset.UnixEpoch),
            None
        );
        await gateway.Source.WaitForChangeAsync(TimeSpan.FromHours(1), None);
    }

    private static RegistrationRequest Stranger(string id) =>
        new()
        {
            Id = id,
            ReceivedAt = DateTimeOffset.UtcNow,
            Until = DateTimeOffset.UtcNow.AddDays(1),
            Peer = "203.0.113.7",
            Words = new RegistrationWords { Form = "metadata", Name = "Somebody" },
        };

    [Fact]
    public async Task Gateway_BeyondItsWork_WritesNothing()
    {
        await using var gateway = RegistryStorage.Create(Options(_connections["phigw_gateway"]));
        await DeniedAsync(() => gateway.Store.WriteAsync([new(RegistryKind.Client, "a", "{}", 0)], "tester", None));
        await DeniedAsync(() => gateway.Store.PutMembersAsync([new RosterMember("r", PatientId.Parse("p"))], "tester", None));
        await DeniedAsync(() =>
            gateway.Store.RevokeAsync(
                new Revocation("x", RevocationTarget.Client, "a", null, null, "r", "t", DateTimeOffset.UnixEpoch, Lifted: true),
                None
            )
        );
        await DeniedAsync("phigw_gateway", "INSERT INTO documents VALUES (4, 'a', 1, 1, '{}', now(), 'x', FALSE)");
        await DeniedAsync("phigw_gateway", "UPDATE documents SET json = '{}'");
        await DeniedAsync("phigw_gateway", "DELETE FROM revocation");
        await DeniedAsync("phigw_gateway", "SELECT registry_drop_ended_revocations()");
        await DeniedAsync("phigw_gateway", "UPDATE registry_revision SET revision = 0");
        await DeniedAsync("phigw_gateway", "SELECT * FROM idempotency");
        await DeniedAsync("phigw_gateway", "DELETE FROM node_status");
        await DeniedAsync("phigw_gateway", "UPDATE node_status SET node = 'gw-2'");
        await DeniedAsync("phigw_gateway", "DELETE FROM task_use");
        await DeniedAsync("phigw_gateway", "DELETE FROM quota_use");
        await DeniedAsync("phigw_gateway", "DELETE FROM quota_patient");
        await DeniedAsync("phigw_gateway", "UPDATE quota_patient SET until = now()");
        await DeniedAsync("phigw_gateway", "UPDATE single_use SET until = now()");
        await DeniedAsync("phigw_gateway", "UPDATE kept_page SET until = now()");
        await DeniedAsync("phigw_admin", "SELECT * FROM kept_page");
        // Who asked is written; what becomes of it is nothing that a data plane says.
        await DeniedAsync("phigw_gateway", "UPDATE registration_request SET state = 1");
        await DeniedAsync("phigw_gateway", "DELETE FROM registration_request");
        await DeniedAsync(
            "phigw_gateway",
            "INSERT INTO registration_request (id, received_at, until, peer, words, state) VALUES ('x', now(), now(), 'p', '{}', 1)"
        );
        await DeniedAsync("phigw_gateway", "SELECT * FROM audit_event");
        await DeniedAsync("phigw_gateway", "INSERT INTO audit_log VALUES ('x', 0, 0)");
        await DeniedAsync("phigw_gateway", "CREATE TABLE x (y int)");
        await DeniedAsync("phigw_gateway", "CREATE TEMP TABLE x (y int)");
        await using var other = RegistryStorage.Create(Options(_connections["phigw_audit_reader"]));
        Assert.Equal(StorageProblem.Refused, (await Assert.ThrowsAsync<StorageException>(() => other.Migrator.VerifyAsync(None))).Problem);
    }

    [Fact]
    public async Task Admin_AtItsWork_WritesTheRegistryAndRemovesNothing()
    {
        await using var admin = RegistryStorage.Create(Options(_connections["phigw_admin"]));
        await admin.Migrator.VerifyAsync(None);
        Assert.IsType<RegistryWriteResult.Written>(await admin.Store.WriteAsync([new(RegistryKind.Client, "a", "{}", 0)], "tester", None));
        Assert.IsType<RegistryWriteResult.Written>(await admin.Store.WriteAsync([new(RegistryKind.Client, "a", null, 1)], "tester", None));
        await admin.Store.PutMembersAsync([new RosterMember("r", PatientId.Parse("p"))], "tester", None);
        await admin.Store.RemoveMembersAsync("r", [PatientId.Parse("p")], "tester", None);
        await admin.Store.RevokeAsync(
            new Revocation("x", RevocationTarget.Client, "a", null, null, "r", "t", DateTimeOffset.UnixEpoch),
            None
        );
        await admin.Store.RevokeAsync(
            new Revocation("ended", RevocationTarget.TokenHash, "h", null, null, "r", "t", DateTimeOffset.UnixEpoch)
            {
                Until = DateTimeOffset.UnixEpoch,
            },
            None
        );
        // What ended by itself is deleted, by a function that deletes nothing else.
        Assert.Equal("x", Assert.Single(await admin.Store.ListRevocationsAsync(10, None)).Id);
        Assert.Null(await admin.Store.PutIdempotentAsync(new IdempotencyEntry("k", "h", 0, "", DateTimeOffset.UnixEpoch), None));
        Assert.Empty(await admin.Store.ListNodesAsync(None));
        await using var gateway = RegistryStorage.Create(Options(_connections["phigw_gateway"]));
        var asked = await gateway.RegistrationRequests.TryAddAsync(Stranger("reg-2"), 10, None);
        Assert.True(await admin.RegistrationRequests.TryDecideAsync(asked! with { State = RegistrationState.Declined }, None));
        Assert.NotNull(await gateway.RegistrationRequests.TryAddAsync(Stranger("reg-3"), 10, None));
        Assert.Equal(["reg-3"], await admin.RegistrationRequests.DeclineAsync(["reg-2", "reg-3"], "ada", DateTimeOffset.UtcNow, "x", None));
        await admin.RegistrationRequests.DropEndedAsync(None);
        await DeniedAsync("phigw_admin", "UPDATE registration_request SET words = '{}'");

        await DeniedAsync("phigw_admin", "UPDATE revocation SET value = 'b'");
        await DeniedAsync("phigw_admin", "DELETE FROM revocation");
        await DeniedAsync("phigw_admin", "DELETE FROM documents");
        await DeniedAsync("phigw_admin", "DELETE FROM registry_revision");
        await DeniedAsync("phigw_admin", "SELECT * FROM audit_event");
        await DeniedAsync("phigw_admin", "ALTER TABLE documents ADD x int");
        await DeniedAsync("phigw_admin", "DELETE FROM registry_migrations");
    }

    [Fact]
    public async Task AuditWriter_AtItsWork_AddsRecordsAndNothingElse()
    {
        await using var writer = AuditStorage.Create(Options(_connections["phigw_audit_writer"]));
        await writer.Migrator.VerifyAsync(None);
        await writer.Store.AppendAsync([Entry(0), Entry(1)], None);
        await writer.Store.AppendAsync([Entry(1), Entry(2)], None);
        Assert.Equal(2, await writer.Store.GetWatermarkAsync("log", None));
        await Assert.ThrowsAsync<AuditForkException>(() => writer.Store.AppendAsync([Entry(2) with { ChainHash = new byte[32] }], None));
        Assert.Equal(0, await writer.EnsurePartitionsAsync(None));

        Assert.NotNull(await writer.Store.GetHashAsync("log", 2, None));
        Assert.Empty(await writer.Store.ListLogsAsync("log", None));
        await DeniedAsync(() => writer.Store.QueryAsync(new AuditQuery(), None));
        await DeniedAsync(() => writer.Store.ReadAsync("log", 0, 1, None));
        foreach (var table in new[] { "audit_event", "audit_patient", "audit_event_default" })
        {
            await DeniedAsync("phigw_audit_writer", $"UPDATE {table} SET tenant = NULL");
            await DeniedAsync("phigw_audit_writer", $"DELETE FROM {table}");
            await DeniedAsync("phigw_audit_writer", $"TRUNCATE {table}");
            await DeniedAsync("phigw_audit_writer", $"SELECT * FROM {table}");
        }

        await DeniedAsync("phigw_audit_writer", "SELECT body FROM audit_event");
        await DeniedAsync("phigw_audit_writer", "SELECT patient_keys FROM audit_event");
        await DeniedAsync("phigw_audit_writer", "UPDATE audit_log SET watermark = 1000000");
        await DeniedAsync("phigw_audit_writer", "INSERT INTO audit_log VALUES ('x', 0, 0)");
        await DeniedAsync("phigw_audit_writer", "DELETE FROM audit_log");
        await DeniedAsync("phigw_audit_writer", "SELECT * FROM documents");
        await DeniedAsync("phigw_audit_writer", "DROP TABLE audit_event_default");
    }

    [Fact]
    public async Task AuditWriter_NodeRestarted_GoesOnShipping()
    {
        using var folder = new JournalFolder();
        await using var writer = AuditStorage.Create(Options(_connections["phigw_audit_writer"]));
        for (var start = 1; start <= 3; start++)
        {
            await using var journal = await folder.OpenAsync();
            using var shipper = Shipper(journal, writer);
            _ = await journal.AppendAsync(TestRecords.Disclosure());

            _ = await shipper.StepAsync(None);

            Assert.Equal((ShipperState.Shipping, null), (shipper.Status.State, shipper.Status.LastError));
            Assert.Equal(journal.DurableSequence, await writer.Store.GetWatermarkAsync(journal.Log, None));
            Assert.Equal([journal.Log], await writer.Store.ListLogsAsync("gw-01", None));
        }
    }

    [Fact]
    public async Task AuditWriter_RightMissing_IsToldAsSuchAndNotReady()
    {
        using var folder = new JournalFolder();
        await using var wrong = AuditStorage.Create(Options(_connections["phigw_audit_reader"]));
        await using var right = AuditStorage.Create(Options(_connections["phigw_audit_writer"]));
        await using var journal = await folder.OpenAsync();
        using var denied = Shipper(journal, wrong);
        using var shipper = Shipper(journal, right);

        _ = await denied.StepAsync(None);
        _ = await shipper.StepAsync(None);

        Assert.Contains("deploy/postgres/roles.sql", denied.Status.LastError, StringComparison.Ordinal);
        Assert.Equal((true, false), (denied.Status.IsDenied, shipper.Status.IsDenied));
    }

    private static AuditShipper Shipper(FileJournal journal, AuditStorage storage) =>
        new(
            journal,
            storage.Store,
            new AuditEntryReader(journal.Log, new PatientPseudonym(new byte[32])),
            new ShipperOptions(),
            TimeProvider.System
        );

    [Fact]
    public async Task AuditReader_AtItsWork_ReadsRecordsAndWritesNothing()
    {
        await using var writer = AuditStorage.Create(Options(_connections["phigw_audit_writer"]));
        await writer.Store.AppendAsync([Entry(0)], None);
        await using var reader = AuditStorage.Create(Options(_connections["phigw_audit_reader"]));
        await reader.Migrator.VerifyAsync(None);
        Assert.Single((await reader.Store.QueryAsync(new AuditQuery { PatientKeys = ["k"] }, None)).Entries);
        Assert.Single(await reader.Store.ReadAsync("log", 0, 10, None));
        Assert.Equal(0, await reader.Store.GetWatermarkAsync("log", None));

        await DeniedAsync(() => reader.Store.AppendAsync([Entry(1)], None));
        await DeniedAsync(() => reader.EnsurePartitionsAsync(None));
        await DeniedAsync("phigw_audit_reader", "INSERT INTO audit_event SELECT * FROM audit_event");
        await DeniedAsync("phigw_audit_reader", "UPDATE audit_event SET tenant = NULL");
        await DeniedAsync("phigw_audit_reader", "DELETE FROM audit_event");
        await DeniedAsync("phigw_audit_reader", "SELECT * FROM documents");
    }

    [Fact]
    public async Task AuditKeeper_AtItsWork_DropsAnOldMonthAndNothingElse()
    {
        // A month of ten years ago has partitions of its own, as it was then.
        var old = new DateTimeOffset(TimeProvider.System.GetUtcNow().Year - 10, 3, 15, 12, 0, 0, TimeSpan.Zero);
        var month = KeepingMonths.Of(old);
        foreach (var parent in new[] { "audit_event", "audit_patient" })
        {
            var sql = FormattableString.Invariant(
                $"CREATE TABLE {parent}_y{old:yyyy}m03 PARTITION OF {parent} FOR VALUES FROM ('{old:yyyy}-03-01 00:00+00') TO ('{old:yyyy}-04-01 00:00+00')"
            );
            await ExecuteAsync(_owner, sql);
        }

        await using var writer = AuditStorage.Create(Options(_connections["phigw_audit_writer"]));
        await writer.Store.AppendAsync([Entry(0) with { Time = old }, Entry(1) with { Time = TimeProvider.System.GetUtcNow() }], None);
        foreach (var role in new[] { "phigw_audit_writer", "phigw_audit_reader" })
        {
            await using var other = AuditStorage.Create(Options(_connections[role]));
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => other.Keeping.DeleteMonthAsync(month, None));
            Assert.Contains("phigw_audit_keeper", refused.Message, StringComparison.Ordinal);
        }

        await using var keeper = AuditStorage.Create(Options(_connections["phigw_audit_keeper"]));
        Assert.Equal(1, await keeper.Keeping.DeleteMonthAsync(month, None));
        Assert.Equal(1, Assert.Single(await keeper.Store.ReadAsync("log", 0, 10, None)).Sequence);
        Assert.Empty(await keeper.Keeping.MonthsOfPatientAsync(["nobody"], None));
        await DeniedAsync("phigw_audit_keeper", "DELETE FROM audit_event");
        await DeniedAsync("phigw_audit_keeper", FormattableString.Invariant($"DROP TABLE audit_event_default"));

        // The function itself holds to six years.
        var young = KeepingMonths.Of(TimeProvider.System.GetUtcNow().AddYears(-5));
        var held = await Assert.ThrowsAsync<PostgresException>(() =>
            ExecuteAsync(_connections["phigw_audit_keeper"], FormattableString.Invariant($"SELECT audit_delete_month({young})"))
        );
        Assert.Equal("22023", held.SqlState);
    }

    [Fact]
    public async Task SealedBodies_UnderEachRole_AreWrittenReadAndDestroyedByThatOneAlone()
    {
        var ring = new BodyKeyRing(new Dictionary<string, byte[]> { ["body-1"] = new byte[BodyKeyRing.KeyBytes] }, "body-1");
        var old = Entry(0) with { Time = new DateTimeOffset(2012, 3, 15, 12, 0, 0, TimeSpan.Zero), Tenant = "north" };
        await using var writer = AuditStorage.Create(Options(_connections["phigw_audit_writer"]), bodies: ring);
        await writer.Store.AppendAsync([old, Entry(1) with { Tenant = "north" }], None);
        await writer.Store.AppendAsync([Entry(2) with { Tenant = "north" }], None);
        await DeniedAsync("phigw_audit_writer", "SELECT wrapped FROM audit_key");
        await DeniedAsync("phigw_audit_writer", "UPDATE audit_key SET wrapped = NULL");
        await DeniedAsync("phigw_audit_writer", "DELETE FROM audit_key");

        await using var reader = AuditStorage.Create(Options(_connections["phigw_audit_reader"]), bodies: ring);
        Assert.Empty(await reader.CheckBodyKeysAsync(None));
        Assert.All(await reader.Store.ReadAsync("log", 0, 10, None), static entry => Assert.Equal("{}"u8.ToArray(), entry.Body.ToArray()));
        await DeniedAsync("phigw_audit_reader", "UPDATE audit_key SET wrapped = NULL");
        foreach (var role in new[] { "phigw_audit_writer", "phigw_audit_reader" })
        {
            await using var other = AuditStorage.Create(Options(_connections[role]), bodies: ring);
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
                other.Keeping.DestroyBodiesAsync(201203, "north", None)
            );
            Assert.Contains("phigw_audit_keeper", refused.Message, StringComparison.Ordinal);
        }

        await DeniedAsync("phigw_audit_keeper", "UPDATE audit_key SET wrapped = NULL");
        await using var keeper = AuditStorage.Create(Options(_connections["phigw_audit_keeper"]), bodies: ring);
        Assert.Equal(1, await keeper.Keeping.DestroyBodiesAsync(201203, "north", None));
        Assert.Equal([true, false, false], (await reader.Store.ReadAsync("log", 0, 10, None)).Select(static entry => entry.IsDestroyed));

        // The function itself holds to six years, and to one tenant.
        var young = KeepingMonths.Of(TimeProvider.System.GetUtcNow().AddYears(-5));
        foreach (var call in new[] { $"audit_destroy_bodies({young}, 'north')", "audit_destroy_bodies(201203, NULL)" })
        {
            var held = await Assert.ThrowsAsync<PostgresException>(() =>
                ExecuteAsync(_connections["phigw_audit_keeper"], "SELECT " + call)
            );
            Assert.Equal("22023", held.SqlState);
        }
    }

    private static AuditEntry Entry(int sequence) =>
        new()
        {
            Log = "log",
            Sequence = sequence,
            Id = Guid.CreateVersion7(),
            ParentId = Guid.Empty,
            Kind = AuditKind.Decision,
            Event = "read",
            Time = DateTimeOffset.UnixEpoch,
            PatientKeys = ["k"],
            ChainHash = System.Security.Cryptography.SHA256.HashData([(byte)sequence]),
            Body = "{}"u8.ToArray(),
        };

    private static StorageOptions Options(string connectionString) =>
        new() { Provider = StorageProvider.Postgres, ConnectionString = connectionString };

    private static string RepositoryRoot() => RepositoryPaths.Root;

    private static async Task DeniedAsync(Func<Task> call) =>
        Assert.Equal(Denied, (await Assert.ThrowsAsync<PostgresException>(call)).SqlState);

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private Task DeniedAsync(string role, string sql) => DeniedAsync(() => ExecuteAsync(_connections[role], sql));
}
