using System.Diagnostics;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Benchmarks.Watch;

/// <summary>
/// What one node keeps up with: the watching loop as it runs in production, its rests included, over the embedded store. First a backlog,
/// then records that come at a rate while it reads.
/// </summary>
internal static class WatchPaceRun
{
    private const int Backlog = 60_000;
    private const int PerBatch = 10;

    /// <summary>Runs and prints.</summary>
    /// <param name="traffic">Whose records.</param>
    /// <param name="rate">Records a second.</param>
    /// <param name="seconds">For how long they come.</param>
    public static async Task RunAsync(WatchTraffic traffic, int rate, int seconds)
    {
        var folder = Directory.CreateTempSubdirectory("phigw-watch-").FullName;
        try
        {
            await using var storage = AuditStorage.Create(
                new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={folder}/audit.db" }
            );
            await storage.Migrator.MigrateAsync(default);
            using var watch = new TrailWatch(
                storage.Store,
                new Detector(new Everybody(), Detector.AllRules),
                new Unheard(),
                new TrailWatchOptions { StateFile = $"{folder}/watch" },
                TimeProvider.System
            );

            // Once for the compiler, once to be measured.
            await CatchUpAsync(storage.Store, watch, traffic, 0);
            await CatchUpAsync(storage.Store, watch, traffic, Backlog);
            await KeepUpAsync(storage.Store, watch, traffic, rate, seconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CatchUpAsync(IAuditStore store, TrailWatch watch, WatchTraffic traffic, long first)
    {
        const int batch = 4000;
        for (var done = 0; done < Backlog; done += batch)
        {
            await store.AppendAsync(traffic.Entries(first + done, batch, static number => TimeOf(number)), default);
        }

        var (took, began) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        await watch.RunOnceAsync(default);
        var spent = Environment.CpuUsage.TotalTime - began;
        System.Console.WriteLine(
            $"a backlog of {Backlog:N0} in the embedded store: {Backlog / took.Elapsed.TotalSeconds:N0} records/s with the rests of a watch that "
                + $"is behind, {spent.TotalMicroseconds / Backlog:0.0} µs of processor a record"
        );
    }

    private static async Task KeepUpAsync(IAuditStore store, TrailWatch watch, WatchTraffic traffic, int rate, int seconds)
    {
        var (read, written, most) = (0L, 0L, 0L);
        watch.Read += (count, _) => Interlocked.Add(ref read, count);
        using var stop = new CancellationTokenSource();
        var loop = Task.Run(() => watch.RunAsync(stop.Token));
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            var due = (long)(clock.Elapsed.TotalSeconds * rate) - written;
            if (due < rate / PerBatch)
            {
                await Task.Delay(5);
                continue;
            }

            await store.AppendAsync(traffic.Entries((2L * Backlog) + written, (int)due, static number => TimeOf(number)), default);
            written += due;
            most = Math.Max(most, written - Interlocked.Read(ref read));
        }

        var came = written / clock.Elapsed.TotalSeconds;
        clock.Restart();
        while (Interlocked.Read(ref read) < written)
        {
            await Task.Delay(20);
        }

        System.Console.WriteLine(
            $"{came:N0} records/s of {traffic.Clients:N0} clients for {seconds} s: read to the last {clock.Elapsed.TotalSeconds:0.0} s after the "
                + $"last one came, never more than {most:N0} ({most / came:0.0} s) behind; a round begins every 5 s"
        );
        await stop.CancelAsync();
        try
        {
            await loop;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // As it is stopped in a node.
        }
    }

    private static DateTimeOffset TimeOf(long number) => WatchTraffic.Start.AddSeconds(number / 5000.0);

    private sealed class Unheard : IFindingSink
    {
        public Task RaiseAsync(Finding finding, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
