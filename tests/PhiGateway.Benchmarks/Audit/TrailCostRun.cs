using System.Diagnostics;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Proof.Building;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Benchmarks.Audit;

/// <summary>
/// What one record of the trail costs behind the request that wrote it, part by part, in processor time of this process (collector
/// included): reading the journal, shipping to the embedded store, the transparency log, the watch.
/// </summary>
internal static class TrailCostRun
{
    private const int Together = 32;

    public static async Task RunAsync(int records)
    {
        var folder = Directory.CreateTempSubdirectory("phigw-trail-").FullName;
        try
        {
            await using var journal = await FileJournal.OpenAsync(
                new JournalOptions
                {
                    Directory = Path.Combine(folder, "journal"),
                    LogName = "bench",
                    Budget = 8L << 30,
                    IsFollowedByLog = true,
                },
                TimeProvider.System
            );
            await using var storage = AuditStorage.Create(
                new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={folder}/audit.db" }
            );
            await storage.Migrator.MigrateAsync(default);
            var pseudonym = new PatientPseudonym(new byte[32]);

            // The first round is for the compiler; each round follows what it has written itself.
            for (var round = 0; round < 2; round++)
            {
                System.Console.WriteLine(round == 0 ? "warming up" : $"{records} records, µs of processor for each");
                await RoundAsync(journal, storage, pseudonym, folder, records);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RoundAsync(FileJournal journal, AuditStorage storage, PatientPseudonym pseudonym, string folder, int records)
    {
        var first = journal.DurableSequence + 1;
        await TellAsync("append, 32 at a time, flushed", records, () => AppendAsync(journal, records));
        await TellAsync("read the journal", records, () => ReadAll(journal, first, static _ => { }));
        var entries = new AuditEntryReader(journal.Log, pseudonym);
        await TellAsync("read it, with the columns for the store", records, () => ReadAll(journal, first, frame => entries.Read(frame)));
        using (var shipper = new AuditShipper(journal, storage.Store, entries, new ShipperOptions(), TimeProvider.System))
        {
            await TellAsync("ship to the embedded store", records, () => ShipAsync(shipper));
        }

        var options = new TransparencyLogOptions { Directory = $"{folder}/log", KeyDirectory = $"{folder}/log-keys" };
        using (var log = TransparencyLog.Open(journal, options, storage.Heads, pseudonym, TimeProvider.System))
        {
            await TellAsync("transparency log", records, () => log.FinishAsync(default));
        }

        using var watch = new TrailWatch(
            storage.Store,
            new NoSnapshot(),
            new NoFindings(),
            new TrailWatchOptions { StateFile = $"{folder}/watch" },
            TimeProvider.System
        );
        _ = watch.Restore();
        await TellAsync("watch", records, () => watch.RunOnceAsync(default));
        watch.Keep();
    }

    private static async Task TellAsync(string part, int records, Func<Task> work)
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        await work();
        process.Refresh();
        var spent = (process.TotalProcessorTime - before).TotalMicroseconds / records;
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / records;
        System.Console.WriteLine($"{part, -42} {spent, 7:0.0} µs {bytes, 7:N0} B");
    }

    private static async Task AppendAsync(FileJournal journal, int records)
    {
        var appends = new Task[Together];
        for (var done = 0; done < records; done += Together)
        {
            for (var i = 0; i < Together; i++)
            {
                appends[i] = journal.AppendAsync(JournalAppendBenchmarks.Record(done + i)).AsTask();
            }

            await Task.WhenAll(appends);
        }
    }

    private static Task ReadAll(FileJournal journal, long from, Action<JournalFrame> take)
    {
        using var reader = journal.CreateReader(from);
        while (reader.TryRead(out var frame))
        {
            take(frame);
        }

        return Task.CompletedTask;
    }

    private static async Task ShipAsync(AuditShipper shipper)
    {
        while (await shipper.StepAsync(default))
        {
            // More records are waiting.
        }
    }

    private sealed class NoSnapshot : ISnapshotSource
    {
        public RegistrySnapshot Current => RegistrySnapshot.Empty;
    }

    private sealed class NoFindings : IFindingSink
    {
        public Task RaiseAsync(Finding finding, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
