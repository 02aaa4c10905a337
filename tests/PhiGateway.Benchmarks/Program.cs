using BenchmarkDotNet.Running;
using PhiGateway.Benchmarks.Peers;

// Three jobs in one program: the micro benchmarks; the peers that the load benchmark compares with; and its fixtures.
switch (args)
{
    case ["peer", var kind, var port, var backend, var folder]:
        await YarpPeer.RunAsync(kind, int.Parse(port), backend, folder);
        return;
    case ["prepare", var folder, var gatewayPort, var adminPort, var backend]:
        await LoadFixture.PrepareAsync(folder, int.Parse(gatewayPort), int.Parse(adminPort), backend);
        return;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(LoadFixture).Assembly).Run(args);
        return;
}
