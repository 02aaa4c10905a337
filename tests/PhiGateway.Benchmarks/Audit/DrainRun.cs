using System.Diagnostics;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Benchmarks.Audit;

/// <summary>
/// How fast a journal that has grown while Postgres was away drains into it: by the shipper, as a node does it; and part by part, reading and
/// storing apart, so that it shows what holds it up. Each round follows what it has written itself, into a database that grows.
/// </summary>
internal static class DrainRun
{
    private const int Together = 64;
    private const int BatchSize = 4000;
    private const int MostKept = 200_000;

    public static async Task RunAsync(int records, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("phigw-drain-").FullName;
        await using var cluster = await PostgresCluster.StartNewAsync(fsync: true);
        try
        {
            await using var journal = await FileJournal.OpenAsync(
                new JournalOptions
                {
                    Directory = Path.Combine(folder, "journal"),
                    LogName = "bench",
                    Budget = 16L << 30,
                },
                TimeProvider.System
            );
            await using var storage = AuditStorage.Create(
                new StorageOptions { Provider = StorageProvider.Postgres, ConnectionString = await cluster.CreateDatabaseAsync() }
            );
            await storage.Migrator.MigrateAsync(default);
            var entries = new AuditEntryReader(journal.Log, new PatientPseudonym(new byte[32]));
            for (var round = 0; round <= rounds; round++)
            {
                System.Console.WriteLine(round == 0 ? "warming up" : $"round {round} of {rounds}, {records} records");
                await RoundAsync(journal, storage, entries, records);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RoundAsync(FileJournal journal, AuditStorage storage, AuditEntryReader entries, int records)
    {
        var first = journal.DurableSequence + 1;
        var appended = await AppendAsync(journal, records);
        Tell("taken in by the journal", records, appended);

        var started = Stopwatch.GetTimestamp();
        var (count, kept) = Read(journal, entries, first);
        Tell("read, with the columns for the store", count, Stopwatch.GetElapsedTime(started));

        started = Stopwatch.GetTimestamp();
        using (var shipper = new AuditShipper(journal, storage.Store, entries, new ShipperOptions(), TimeProvider.System))
        {
            while (await shipper.StepAsync(default))
            {
                // More records are waiting.
            }
        }

        var drained = Stopwatch.GetElapsedTime(started);
        Tell("drained into Postgres by the shipper", journal.ShippedSequence + 1 - first, drained);
        var lost = journal.DurableSequence - await storage.Store.GetWatermarkAsync(journal.Log, default);
        System.Console.WriteLine(
            $"{appended.TotalSeconds / drained.TotalSeconds:0.0} times as fast as it came in; {lost} records are not there"
        );

        // Some of the same once more as another log, without the journal.
        var other = $"bench/again-{first}";
        List<AuditEntry> again = [.. kept.Select((entry, place) => entry with { Log = other, Sequence = place })];
        started = Stopwatch.GetTimestamp();
        for (var at = 0; at < again.Count; at += BatchSize)
        {
            await storage.Store.AppendAsync(again.GetRange(at, Math.Min(BatchSize, again.Count - at)), default);
        }

        Tell("stored in Postgres, of records in memory", again.Count, Stopwatch.GetElapsedTime(started));
    }

    private static async Task<TimeSpan> AppendAsync(FileJournal journal, int records)
    {
        var started = Stopwatch.GetTimestamp();
        var appends = new Task[Together];
        for (var done = 0; done < records; done += Together)
        {
            for (var i = 0; i < Together; i++)
            {
                var record = JournalAppendBenchmarks.Record(done + i + 1);
                record.Time = TimeProvider.System.GetUtcNow();
                appends[i] = journal.AppendAsync(record).AsTask();
            }

            await Task.WhenAll(appends);
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private static (long Count, List<AuditEntry> Kept) Read(FileJournal journal, AuditEntryReader entries, long from)
    {
        var (count, kept) = (0L, new List<AuditEntry>());
        using var reader = journal.CreateReader(from);
        while (reader.TryRead(out var frame))
        {
            count++;
            var entry = entries.Read(frame);
            if (kept.Count < MostKept)
            {
                kept.Add(entry);
            }
        }

        return (count, kept);
    }

    private static void Tell(string part, long records, TimeSpan time) =>
        System.Console.WriteLine(
            $"{part, -42} {records / time.TotalSeconds, 9:N0} a second {time.TotalMicroseconds / records, 7:0.0} µs each"
        );
}
