using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd.Samples;

/// <summary>Each sample does what its page says: one command, every answer as expected.</summary>
public sealed class SampleTests
{
    public static TheoryData<string> Names =>
        [
            .. Directory
                .GetDirectories(RepositoryPaths.Of("samples"))
                .Select(folder => Path.GetFileName(folder)!)
                .Where(name => name != "lib")
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Run_AsItsPageSays_EndsWithEveryAnswerExpected(string name)
    {
        await NodePeers.EnsureInstalledAsync();
        var (exit, output) = await RunAsync(name);

        Assert.True(exit == 0, output);
        Assert.Matches(@"\d+ calls, all answered as expected", output);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Page_EachSample_NamesItsOneCommandAndIsListed(string name)
    {
        var page = await File.ReadAllTextAsync(RepositoryPaths.Of("samples", name, "README.md"));

        Assert.Contains($"```\nnode samples/{name}/run.mjs\n```", page);
        Assert.Contains($"]({name}/)", await File.ReadAllTextAsync(RepositoryPaths.Of("samples", "README.md")));
    }

    [Fact]
    public async Task Run_PortTaken_IsNoSuccess()
    {
        await NodePeers.EnsureInstalledAsync();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var (exit, output) = await RunAsync("single-node", data: port);

        Assert.NotEqual(0, exit);
        Assert.DoesNotContain("all answered as expected", output);
    }

    private static async Task<(int Exit, string Output)> RunAsync(string name, int? data = null)
    {
        int[] ports = [data ?? LoopbackPort.Free(), LoopbackPort.Free(), LoopbackPort.Free(), LoopbackPort.Free()];
        var start = new ProcessStartInfo("node", [RepositoryPaths.Of("samples", name, "run.mjs"), "--no-build"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SAMPLE_PORTS"] = string.Join(',', ports);
        start.Environment["CONFIGURATION"] = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
