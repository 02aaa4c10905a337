using System.Security.Cryptography;
using Npgsql;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd.Storage;

/// <summary>Both stores behind a real PgBouncer, whose few connections go from hand to hand; and a standby that takes over behind it.</summary>
public sealed class PgBouncerTests(PostgresFixture postgres)
{
    private const int Logs = 6;
    private const int Each = 400;

    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("transaction")]
    [InlineData("session")]
    public async Task AuditStore_ManyAtOnce_StoresAndFindsWholeLogs(string mode)
    {
        var cluster = await postgres.GetAsync();
        var direct = await cluster.CreateDatabaseAsync();
        await using var owner = AuditStorage.Create(Options(direct));
        await owner.Migrator.MigrateAsync(None);
        await using var bouncer = await PgBouncer.StartAsync(cluster.Port, mode);
        await using var storage = AuditStorage.Create(Options(bouncer.Through(direct)));
        await storage.Migrator.VerifyAsync(None);

        // Batches that overlap, as after a failure, while others search.
        var shippers = Enumerable.Range(0, Logs).Select(log => Task.Run(() => ShipAsync(storage.Store, $"gw-{log}/1")));
        var searches = Enumerable.Range(0, Logs).Select(log => Task.Run(() => SearchAsync(storage.Store, $"client-{log}")));
        await Task.WhenAll(shippers.Concat(searches));

        for (var log = 0; log < Logs; log++)
        {
            Assert.Equal(Each - 1, await storage.Store.GetWatermarkAsync($"gw-{log}/1", None));
            var stored = await storage.Store.ReadFiledAsync($"gw-{log}/1", 0, 1000, None);
            Assert.Equal(Enumerable.Range(0, Each).Select(static one => (long)one), stored.Select(static entry => entry.Sequence));
            Assert.All(stored, static entry => Assert.True(entry is { IsFiled: true, IsFoundByPatients: true }));
            var page = await storage.Store.QueryAsync(new AuditQuery { Client = $"client-{log}", Limit = 500 }, None);
            Assert.Equal(Each, page.Entries.Count);
            page = await storage.Store.QueryAsync(new AuditQuery { PatientKeys = [$"patient-{log}"], Limit = 500 }, None);
            Assert.Equal(Each, page.Entries.Count);
        }

        await AssertNothingSticksAsync(bouncer.Through(direct));
    }

    [Theory]
    [InlineData("transaction")]
    [InlineData("session")]
    public async Task Registry_WrittenByOneNode_IsFollowedByAnother(string mode)
    {
        var cluster = await postgres.GetAsync();
        var direct = await cluster.CreateDatabaseAsync();
        await using var bouncer = await PgBouncer.StartAsync(cluster.Port, mode);
        await using var writer = RegistryStorage.Create(Options(bouncer.Through(direct)));
        await using (var owner = RegistryStorage.Create(Options(mode == "session" ? bouncer.Through(direct) : direct)))
        {
            // A migration holds locks of its session: not behind a pooler that gives its connection to somebody else in between.
            await owner.Migrator.MigrateAsync(None);
        }

        await writer.Migrator.VerifyAsync(None);
        await using var follower = RegistryStorage.Create(Options(bouncer.Through(direct)));
        Assert.Equal(0, (await follower.Source.LoadAllAsync(None)).Revision);

        // Eight administrators, each with documents of their own, and a closure among them.
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(one =>
                    Task.Run(async () => await writer.Store.WriteAsync([new(RegistryKind.Client, $"c-{one}", "{}", 0)], "tester", None))
                )
        );
        await writer.Store.PutMembersAsync([new RosterMember("r", PatientId.Parse("p"))], "tester", None);
        await writer.Store.RevokeAsync(
            new Revocation("acme", RevocationTarget.Client, "acme", null, null, "r", "t", DateTimeOffset.UnixEpoch),
            None
        );

        // The wake-up may get lost behind a pooler; what changed is found by asking.
        await follower.Source.WaitForChangeAsync(TimeSpan.FromMilliseconds(250), None);
        var changes = await follower.Source.LoadSinceAsync(0, None);
        Assert.Equal(Enumerable.Range(0, 8).Select(static one => $"c-{one}"), changes.Items.Select(static item => item.Id).Order());
        Assert.Equal("acme", Assert.Single(changes.Revocations).Value);
        Assert.Single(changes.Members);
        Assert.Equal(changes.Revision, (await follower.Source.LoadAllAsync(None)).Revision);
        await AssertNothingSticksAsync(bouncer.Through(direct));
    }

    [Fact]
    public async Task Shipper_StandbyThatLaggedTakesOverBehindIt_SendsAgainWhatItLacks()
    {
        await using var primary = await PostgresCluster.StartNewAsync();
        await using var standby = await primary.StartStandbyAsync();
        var direct = await primary.CreateDatabaseAsync();
        await using (var owner = AuditStorage.Create(Options(direct)))
        {
            await owner.Migrator.MigrateAsync(None);
        }

        await using var bouncer = await PgBouncer.StartAsync(primary.Port, "transaction");
        await using var storage = AuditStorage.Create(Options(bouncer.Through(direct)));
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync(options: folder.Options with { SegmentBytes = 4 << 20, Budget = 64 << 20 });
        using var shipper = new AuditShipper(
            journal,
            storage.Store,
            new AuditEntryReader(journal.Log, new PatientPseudonym(new byte[32])),
            new ShipperOptions { LookEvery = TimeSpan.Zero },
            TimeProvider.System
        );
        await AppendAsync(journal, 300);
        await ShippedAsync(shipper, journal);
        await primary.CaughtUpAsync();

        // What is confirmed from now on never reaches the standby.
        await standby.StopAsync();
        await AppendAsync(journal, 200);
        await ShippedAsync(shipper, journal);
        await primary.StopAsync();
        await standby.StartAsync();
        await standby.PromoteAsync();
        await bouncer.LeadToAsync(standby.Port);
        await AppendAsync(journal, 100);

        var name = PostgresCluster.DatabaseOf(direct);
        await using var after = AuditStorage.Create(Options(standby.ConnectionString(name)));
        while (await after.Store.GetWatermarkAsync(journal.Log, None) < journal.DurableSequence)
        {
            _ = await shipper.StepAsync(None);
        }

        var stored = await after.Store.ReadAsync(journal.Log, 0, 10_000, None);
        using var reader = journal.CreateReader(0);
        foreach (var entry in stored)
        {
            Assert.True(reader.TryRead(out var mine));
            Assert.Equal(
                (mine.Sequence, Convert.ToHexString(mine.ChainHash.Span)),
                (entry.Sequence, Convert.ToHexString(entry.ChainHash.Span))
            );
        }

        Assert.Equal(journal.DurableSequence + 1, stored.Count);
        while (!JournalFolder.ReadAll(journal).Exists(static one => one.Record.Event == "store.went-back"))
        {
            // It is put on record by whoever keeps the journal, a moment later.
            await Task.Delay(20, None);
        }
    }

    private static async Task AppendAsync(FileJournal journal, int records)
    {
        await Task.WhenAll(Enumerable.Range(0, records).Select(_ => journal.AppendAsync(TestRecords.Disclosure()).AsTask()));
    }

    private static async Task ShippedAsync(AuditShipper shipper, FileJournal journal)
    {
        while (journal.ShippedSequence < journal.DurableSequence)
        {
            _ = await shipper.StepAsync(None);
        }
    }

    private static async Task ShipAsync(IAuditStore store, string log)
    {
        for (var from = 0; from < Each; from += 50)
        {
            var first = Math.Max(0, from - 20);
            await store.AppendAsync([.. Enumerable.Range(first, from + 50 - first).Select(place => Entry(log, place))], None);
        }
    }

    private static async Task SearchAsync(IAuditStore store, string client)
    {
        for (var round = 0; round < 20; round++)
        {
            var page = await store.QueryAsync(new AuditQuery { Client = client, Limit = 500 }, None);
            Assert.All(page.Entries, entry => Assert.Equal(client, entry.Client));
        }
    }

    // What a transaction says of itself must not be found in the hands of whoever has the connection next.
    private static async Task AssertNothingSticksAsync(string through)
    {
        for (var round = 0; round < 12; round++)
        {
            await using var connection = new NpgsqlConnection(through + ";Pooling=false");
            await connection.OpenAsync(None);
            await using var asked = new NpgsqlCommand(
                "SELECT current_setting('jit') || ' ' || current_setting('lock_timeout') || ' ' || current_setting('enable_sort') || ' '"
                    + " || current_setting('idle_in_transaction_session_timeout')",
                connection
            );
            Assert.Equal("on 0 on 0", await asked.ExecuteScalarAsync(None));
        }
    }

    private static StorageOptions Options(string connection) =>
        new() { Provider = StorageProvider.Postgres, ConnectionString = connection };

    private static AuditEntry Entry(string log, int place) =>
        new()
        {
            Log = log,
            Sequence = place,
            Id = new Guid(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{log} {place}")).AsSpan(0, 16)),
            ParentId = Guid.Empty,
            Kind = AuditKind.Disclosure,
            Event = "read",
            Time = TimeProvider.System.GetUtcNow().AddMinutes(-1),
            Decision = "permit",
            Client = $"client-{log[3]}",
            PatientKeys = [$"patient-{log[3]}"],
            ChainHash = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{log} {place}")),
            Body = "{}"u8.ToArray(),
        };
}
