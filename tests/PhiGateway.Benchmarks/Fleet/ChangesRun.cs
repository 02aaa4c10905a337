using System.Diagnostics;

namespace PhiGateway.Benchmarks.Fleet;

/// <summary>What a thousand registry changes a second do to live traffic on a node with a large registry.</summary>
internal static class ChangesRun
{
    private const int ReadsPerSecond = 300;
    private const int ChangesPerSecond = 1000;
    private const int Writers = 4;

    // As an operator's apply or a feed makes them; one transaction each would measure the database's lock.
    private const int PerTransaction = 10;

    /// <summary>Measures turns without and with changes, interleaved.</summary>
    public static async Task RunAsync(int clients, int members, int turns, int seconds)
    {
        var filling = Stopwatch.GetTimestamp();
        await using var fleet = await Fleet.StartAsync(nodes: 0, clients, members);
        Console.WriteLine($"registry filled with {clients} clients and {members} memberships in {Stopwatch.GetElapsedTime(filling).TotalSeconds:0} s");
        var starting = Stopwatch.GetTimestamp();
        var node = await fleet.AddNodeAsync();
        Console.WriteLine($"node ready after {Stopwatch.GetElapsedTime(starting).TotalSeconds:0.0} s with {node.ResidentBytes / 1048576} MiB in RAM");

        using var calls = new FleetCalls();
        var token = fleet.Tokens.For(FleetRegistry.ClientOf(0));
        await TurnAsync(new Latencies("warm-up"), changing: true);
        Latencies quiet = new("without changes"), busy = new("with changes");
        var (ratios50, ratios99) = (new List<double>(), new List<double>());
        var made = 0L;
        for (var turn = 0; turn < turns; turn++)
        {
            Latencies one = new("without changes"), other = new("with changes");
            await TurnAsync(one, changing: false);
            made += await TurnAsync(other, changing: true);
            ratios50.Add(other.Percentile(0.5) / one.Percentile(0.5));
            ratios99.Add(other.Percentile(0.99) / one.Percentile(0.99));
            quiet.AddAll(one);
            busy.AddAll(other);
        }

        Console.WriteLine($"{ReadsPerSecond} reads/s; {made / (double)(turns * seconds):0} changes/s made of {ChangesPerSecond}, {PerTransaction} to a transaction; {node.ResidentBytes / 1048576} MiB in RAM at the end; milliseconds");
        Console.WriteLine(Latencies.Header);
        Console.WriteLine(quiet);
        Console.WriteLine(busy);
        Console.WriteLine($"with changes to without, medians of {turns} turns: p50 {Median(ratios50):0.00}, p99 {Median(ratios99):0.00}");

        async Task<long> TurnAsync(Latencies times, bool changing)
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
            var changes = changing ? ChangeAsync(fleet, stop.Token) : Task.FromResult(0L);
            await calls.LoadAsync(node, token, ReadsPerSecond, times, stop.Token);
            return await changes;
        }
    }

    // Each writer has documents of its own and its share of the pace.
    private static async Task<long> ChangeAsync(Fleet fleet, CancellationToken stop)
    {
        var made = 0L;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var wait = TimeSpan.FromSeconds((double)i * Writers * PerTransaction / ChangesPerSecond) - Stopwatch.GetElapsedTime(started);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, CancellationToken.None);
                }

                await fleet.ChangeAsync(writer, PerTransaction);
                Interlocked.Add(ref made, PerTransaction);
            }
        }));
        return made;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
