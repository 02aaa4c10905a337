using Microsoft.AspNetCore.Builder;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Benchmarks.Peers;

/// <summary>
/// What one allowed read allocates, from the first byte of the request to the delivery record in the store, beside bare YARP and YARP with
/// JwtBearer.
/// </summary>
/// <remarks>
/// Everything runs in this one process, so that the runtime's own count of allocated bytes can be read; backend and client are sockets that
/// allocate nothing.
/// What stands here holds server, HTTP client and YARP too: what policy and trail add is the difference to bare YARP.
/// </remarks>
internal static class AllocationRun
{
    private const int Warm = 20_000;
    private const int Measured = 20_000;

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("phigw-alloc-").FullName;
        try
        {
            using var backend = SilentSockets.Answering(
                """{"resourceType":"Observation","id":"o1","meta":{"versionId":"3"},"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"15074-8"}]},"subject":{"reference":"Patient/p1"},"note":[{"text":"NOTE"}]}""".Replace(
                    "NOTE",
                    new string('n', 1500),
                    StringComparison.Ordinal
                )
            );
            var address = $"http://127.0.0.1:{backend.Port}";
            var port = LoopbackPort.Free();
            await LoadFixture.PrepareAsync(folder, port, LoopbackPort.Free(), address);
            var token = await File.ReadAllTextAsync(Path.Combine(folder, "token"));
            System.Console.WriteLine(
                $"bytes allocated for one read of {SilentSockets.BodyBytes} bytes ({Measured} reads, one connection):"
            );
            foreach (var kind in new[] { "yarp", "yarp-jwt" })
            {
                await using var peer = await YarpPeer.BuildAsync(kind, LoopbackPort.Free(), address, folder);
                await peer.StartAsync();
                Report(kind, PortOf(peer), token);
                await peer.StopAsync();
            }

            var configuration = GatewayConfiguration.Load(Path.Combine(folder, "etc", "gateway.json"));
            await using var gateway = await GatewayHost.StartAsync(
                GatewayConfiguration.Read(configuration).Options,
                configuration,
                quiet: true,
                CancellationToken.None
            );
            Report("gateway", port, token);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int PortOf(WebApplication app) => new Uri(app.Urls.Single()).Port;

    private static void Report(string name, int port, string token)
    {
        SilentSockets.Ask(port, token, Warm);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        SilentSockets.Ask(port, token, Measured);
        System.Console.WriteLine($"{name, -10} {(GC.GetTotalAllocatedBytes(precise: true) - before) / Measured, 8:N0}");
    }
}
