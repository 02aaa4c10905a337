using System.Globalization;
using PhiGateway.Audit.Shipping;
using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Usage;

namespace PhiGateway.Benchmarks.Watch;

/// <summary>
/// What the watch costs with many clients: memory that their baselines and the ledger of their use hold, each by itself, and processor time
/// for each record; and what one node keeps up with (<see cref="WatchPaceRun"/>).
/// </summary>
internal static class WatchCostRun
{
    private const int Batch = 4000;
    private const int Rounds = 4;
    private const double MiB = 1_048_576;

    // As many as a baseline keeps.
    private const int Days = 56;

    /// <summary>Runs and prints.</summary>
    /// <param name="clients">How many clients call.</param>
    /// <param name="each">How many records each has in a round; a round is an hour of four days.</param>
    /// <param name="rate">Records a second that a node has to keep up with.</param>
    /// <param name="seconds">For how long.</param>
    public static async Task RunAsync(int clients, int each, int rate, int seconds)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var traffic = new WatchTraffic(clients);
        var ledger = MeasureLedger(traffic, each);
        Measure(traffic, each, ledger);
        await WatchPaceRun.RunAsync(traffic, rate, seconds);
    }

    private static void Measure(WatchTraffic traffic, int each, long ledger)
    {
        var detector = new Detector(new Everybody(), Detector.AllRules);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var findings = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var spent = TimeSpan.Zero;
            foreach (var entries in OfRound(traffic, round, each))
            {
                var began = Environment.CpuUsage.TotalTime;
                foreach (var entry in entries)
                {
                    findings += detector.Take(WatchEventReader.Read(entry)!).Count;
                }

                spent += Environment.CpuUsage.TotalTime - began;
            }

            var held = GC.GetTotalMemory(forceFullCollection: true) - before;
            System.Console.WriteLine(
                $"round {round + 1}: {traffic.Clients} clients, {traffic.Clients * each:N0} records, "
                    + $"{spent.TotalMicroseconds / ((long)traffic.Clients * each):0.0} µs a record, {Say(held, traffic)}, {findings} findings"
            );
        }

        foreach (var watch in detector.Clients.Values)
        {
            Fill(watch.Baseline);
        }

        var whole = GC.GetTotalMemory(forceFullCollection: true) - before;
        System.Console.WriteLine(
            $"with the days of two months: {Say(whole, traffic)}; baselines {Say(whole - ledger, traffic)}; ledger {Say(ledger, traffic)}"
        );
        GC.KeepAlive(detector);
    }

    // The ledger's share of it, by itself: one that was fed with the same records and nothing beside.
    private static long MeasureLedger(WatchTraffic traffic, int each)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var ledger = new UsageLedger();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var entry in OfRound(traffic, round, each).SelectMany(static entries => entries))
            {
                ledger.Note(WatchEventReader.Read(entry)!);
            }
        }

        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        var lines = Enumerable.Range(0, traffic.Clients).Sum(client => (long)ledger.Of($"client-{client}").Count);
        System.Console.WriteLine(
            $"the ledger of use alone: {Say(held, traffic)}, {(double)lines / traffic.Clients:0.0} lines a client, "
                + $"{(double)held / lines:0} bytes a line"
        );
        GC.KeepAlive(ledger);
        return held;
    }

    // Made outside of what is measured.
    private static IEnumerable<List<AuditEntry>> OfRound(WatchTraffic traffic, int round, int each)
    {
        var all = (long)traffic.Clients * each;
        for (var done = 0L; done < all; done += Batch)
        {
            yield return traffic.Entries(
                (round * all) + done,
                (int)Math.Min(Batch, all - done),
                number => WatchTraffic.Start.AddDays(round).AddHours(1.0 * (number % all) / all)
            );
        }
    }

    private static void Fill(ClientBaseline baseline)
    {
        var last = ClientBaseline.DayOf(WatchTraffic.Start);
        for (var day = baseline.Days.Count; day <= Days; day++)
        {
            baseline.Close(new DaySummary(last + day, 60, 20, 1, 0, 5, 60, 20, 60, 0, 1, IsFlagged: false), null);
        }
    }

    private static string Say(long bytes, WatchTraffic traffic) =>
        $"{bytes / MiB:0.0} MiB ({bytes * 10_000.0 / traffic.Clients / MiB:0.0} for 10,000 clients)";
}
