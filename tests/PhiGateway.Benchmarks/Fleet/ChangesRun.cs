using System.Diagnostics;
using PhiGateway.Storage;

namespace PhiGateway.Benchmarks.Fleet;

/// <summary>What a thousand registry changes a second do to live traffic on a node with a large registry.</summary>
/// <remarks>
/// Database, writers, load and node share the machine here, which they do not in a hospital. So the same changes are also made to a
/// registry that the node does not follow: what they
/// cost the machine is in both, and what following costs the node is the difference.
/// </remarks>
internal static class ChangesRun
{
    private const int ReadsPerSecond = 300;
    private const int ChangesPerSecond = 1000;
    private const int Writers = 4;

    // As an operator's apply or a feed makes them; one transaction each would measure the database's lock.
    private const int PerTransaction = 10;

    /// <summary>Measures turns without changes, with changes elsewhere and with changes that the node follows, interleaved.</summary>
    public static async Task RunAsync(int clients, int members, int turns, int seconds)
    {
        var filling = Stopwatch.GetTimestamp();
        await using var fleet = await Fleet.StartAsync(nodes: 0, clients, members);
        System.Console.WriteLine(
            $"registry filled with {clients} clients and {members} memberships in {Stopwatch.GetElapsedTime(filling).TotalSeconds:0} s"
        );
        var starting = Stopwatch.GetTimestamp();
        var node = await fleet.AddNodeAsync();
        System.Console.WriteLine(
            $"node ready after {Stopwatch.GetElapsedTime(starting).TotalSeconds:0.0} s with {node.ResidentBytes / 1048576} MiB in RAM"
        );

        using var calls = new FleetCalls();
        var token = fleet.Tokens.For(FleetRegistry.ClientOf(0));
        await using var elsewhere = await fleet.CreateUnfollowedAsync();
        Kind[] kinds = [new("without changes", null), new("changes elsewhere", elsewhere), new("with changes", fleet.Registry)];
        foreach (var kind in kinds)
        {
            await TurnAsync(new Latencies("warm-up"), kind.Registry);
        }

        for (var turn = 0; turn < turns; turn++)
        {
            foreach (var kind in kinds)
            {
                var times = new Latencies(kind.All.Name);
                kind.Made += await TurnAsync(times, kind.Registry);
                kind.Medians.Add(times.Percentile(0.5));
                kind.Tails.Add(times.Percentile(0.99));
                kind.All.AddAll(times);
            }
        }

        System.Console.WriteLine(
            $"{ReadsPerSecond} reads/s; {kinds[1].Made / (double)(turns * seconds):0} "
                + $"changes/s made elsewhere and {kinds[2].Made / (double)(turns * seconds):0} "
                + $"followed of {ChangesPerSecond}, {PerTransaction} to a transaction; {node.ResidentBytes / 1048576} MiB in RAM at the end; milliseconds"
        );
        System.Console.WriteLine(Latencies.Header);
        foreach (var kind in kinds)
        {
            System.Console.WriteLine(kind.All);
        }

        System.Console.WriteLine(
            $"medians of {turns} turns: with changes to without p50 "
                + $"{Ratio(kinds[2].Medians, kinds[0].Medians):0.00}, p99 {Ratio(kinds[2].Tails, kinds[0].Tails):0.00}; "
                + $"followed to elsewhere p50 {Ratio(kinds[2].Medians, kinds[1].Medians):0.00}, p99 {Ratio(kinds[2].Tails, kinds[1].Tails):0.00}"
        );

        async Task<long> TurnAsync(Latencies times, RegistryStorage? registry)
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
            var changes = registry is null ? Task.FromResult(0L) : ChangeAsync(fleet, registry, stop.Token);
            await calls.LoadAsync(node, token, ReadsPerSecond, times, stop.Token);
            return await changes;
        }
    }

    // Each writer has documents of its own and its share of the pace.
    private static async Task<long> ChangeAsync(Fleet fleet, RegistryStorage registry, CancellationToken stop)
    {
        var made = 0L;
        await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(async writer =>
                {
                    var started = Stopwatch.GetTimestamp();
                    for (var i = 0; !stop.IsCancellationRequested; i++)
                    {
                        var wait =
                            TimeSpan.FromSeconds((double)i * Writers * PerTransaction / ChangesPerSecond)
                            - Stopwatch.GetElapsedTime(started);
                        if (wait > TimeSpan.Zero)
                        {
                            await Task.Delay(wait, CancellationToken.None);
                        }

                        await fleet.ChangeAsync(registry, writer, PerTransaction);
                        Interlocked.Add(ref made, PerTransaction);
                    }
                })
        );
        return made;
    }

    // Turn by turn, so that what else the machine does is in both.
    private static double Ratio(List<double> over, List<double> under) =>
        over.Zip(under, static (one, other) => one / other).Order().ElementAt(over.Count / 2);

    private sealed class Kind(string name, RegistryStorage? registry)
    {
        public RegistryStorage? Registry { get; } = registry;

        public Latencies All { get; } = new(name);

        public List<double> Medians { get; } = [];

        public List<double> Tails { get; } = [];

        public long Made { get; set; }
    }
}
