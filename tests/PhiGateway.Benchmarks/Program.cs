using BenchmarkDotNet.Running;
using PhiGateway.Benchmarks.Audit;
using PhiGateway.Benchmarks.Fleet;
using PhiGateway.Benchmarks.Peers;
using PhiGateway.Benchmarks.Screens;
using PhiGateway.Benchmarks.Tokens;
using PhiGateway.Benchmarks.Watch;

// Several jobs in one program: the micro benchmarks; the peers that the load benchmark compares with, and its fixtures; a fleet of nodes on
// one Postgres; detection on synthetic traffic.
switch (args)
{
    case ["peer", var kind, var port, var backend, var folder, .. var around]:
        await YarpPeer.RunAsync(kind, int.Parse(port), backend, folder, LoadSurroundings.Parse(around));
        return;
    case ["prepare", var folder, var gatewayPort, var adminPort, var backend, .. var around]:
        var ports = (Gateway: int.Parse(gatewayPort), Admin: int.Parse(adminPort));
        await LoadFixture.PrepareAsync(folder, ports.Gateway, ports.Admin, backend, around: LoadSurroundings.Parse(around));
        return;
    case ["pace", .. { Length: 4 } rest]:
        PacedLoad.Run(rest);
        return;
    case ["slow", var port]:
        await SlowBackend.RunAsync(int.Parse(port));
        return;
    case ["tokens"]:
        await TokenRateRun.RunAsync();
        return;
    case ["unknown-keys"]:
        await UnknownKeysRun.RunAsync();
        return;
    case ["handshakes"]:
        await HandshakeRun.RunAsync();
        return;
    case ["allocations"]:
        await AllocationRun.RunAsync();
        return;
    case ["revocations", .. var rest]:
        await RevocationRun.RunAsync(rest is [var rounds] ? int.Parse(rounds) : 60);
        return;
    case ["trail", .. var rest]:
        await TrailCostRun.RunAsync(rest is [var records] ? int.Parse(records) : 100_000);
        return;
    case ["drain", .. var rest]:
        var drain = rest.Select(int.Parse).Concat(new[] { 200_000, 3 }.Skip(rest.Length)).ToList();
        await DrainRun.RunAsync(drain[0], drain[1]);
        return;
    case ["stream", .. var rest]:
        var size = rest.FirstOrDefault(static word => word != "file");
        await StreamRun.RunAsync(size is null ? 200 : int.Parse(size), rest.Contains("file"));
        return;
    case ["changes", .. var rest]:
        var numbers = rest.Select(int.Parse).Concat(new[] { 50_000, 1_000_000, 5, 10 }.Skip(rest.Length)).ToList();
        await ChangesRun.RunAsync(numbers[0], numbers[1], numbers[2], numbers[3]);
        return;
    case ["detection", .. var rest]:
        var seeds = rest.Where(static word => word != "-v").Select(ulong.Parse).ToList();
        DetectionReport.Run(seeds.Count > 0 ? seeds : [2, 3, 4], clients: 360, days: 120, each: 8, rest.Contains("-v"));
        return;
    case ["watch", .. var rest]:
        var watch = rest.Select(int.Parse).Concat(new[] { 10_000, 60, 5_000, 60 }.Skip(rest.Length)).ToList();
        await WatchCostRun.RunAsync(watch[0], watch[1], watch[2], watch[3]);
        return;
    case ["search", .. var rest]:
        var search = rest.Select(int.Parse).Concat(new[] { 1_000_000, 5 }.Skip(rest.Length)).ToList();
        await SearchRun.RunAsync(search[0], search[1]);
        return;
    case ["console", .. var rest]:
        var console = rest.Take(3).Select(long.Parse).Concat(new[] { 100_000L, 2_000L, 20L }.Skip(rest.Length)).ToList();
        await ConsoleRun.RunAsync(console[0], (int)console[1], (int)console[2], rest.Skip(3).FirstOrDefault(string.Empty));
        return;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(LoadFixture).Assembly).Run(args);
        return;
}
