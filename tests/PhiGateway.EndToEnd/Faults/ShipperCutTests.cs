using Npgsql;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd.Faults;

/// <summary>The way between shipper and Postgres breaks anywhere: in the middle of a copy, and after the commit before its answer.</summary>
public sealed class ShipperCutTests(PostgresFixture postgres)
{
    private const int Records = 2000;
    private const int Cuts = 40;
    private const int Seed = 20261130;

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Ship_OverAWayThatBreaks_StoresEachRecordOnceAndInOrder()
    {
        var cluster = await postgres.GetAsync();
        var direct = await cluster.CreateDatabaseAsync();
        await using var storage = AuditStorage.Create(Options(direct));
        await storage.Migrator.MigrateAsync(None);

        var (random, opened) = (new Random(Seed), 0);
        await using var way = new CuttingProxy(
            cluster.Port,
            () =>
                ++opened > Cuts
                    ? (int.MaxValue, int.MaxValue)
                    : (1 + random.Next(400_000), random.Next(3) == 0 ? 1 + random.Next(1500) : int.MaxValue)
        );
        var through = new NpgsqlConnectionStringBuilder(direct) { Host = "127.0.0.1", Port = way.Port };
        await using var broken = AuditStorage.Create(Options(through.ConnectionString));
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync(options: folder.Options with { SegmentBytes = 4 << 20, Budget = 64 << 20 });
        await Task.WhenAll(Enumerable.Range(0, Records).Select(_ => journal.AppendAsync(TestRecords.Disclosure()).AsTask()));

        using var shipper = new AuditShipper(
            journal,
            broken.Store,
            new AuditEntryReader(journal.Log, new PatientPseudonym(new byte[32])),
            new ShipperOptions { BatchRecords = 150, LookEvery = TimeSpan.Zero },
            TimeProvider.System
        );
        while (journal.ShippedSequence < journal.DurableSequence)
        {
            _ = await shipper.StepAsync(None);
        }

        var stored = await storage.Store.ReadFiledAsync(journal.Log, 0, Records + 100, None);
        using var reader = journal.CreateReader(0);
        foreach (var entry in stored)
        {
            Assert.True(reader.TryRead(out var mine));
            Assert.Equal(mine.Sequence, entry.Sequence);
            Assert.True(mine.ChainHash.Span.SequenceEqual(entry.ChainHash.Span));
            Assert.True(entry is { IsFiled: true, IsFoundByPatients: true });
        }

        Assert.Equal(journal.DurableSequence + 1, stored.Count);
        Assert.True(way.Cuts >= 10, $"{way.Cuts} connections were cut (seed {Seed})");
    }

    private static StorageOptions Options(string connection) =>
        new() { Provider = StorageProvider.Postgres, ConnectionString = connection };
}
