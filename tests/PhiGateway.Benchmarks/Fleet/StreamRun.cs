using System.Diagnostics;

namespace PhiGateway.Benchmarks.Fleet;

/// <summary>How much memory a node takes while it judges, records and releases one very large answer.</summary>
internal static class StreamRun
{
    private const int Step = 40 * 1024 * 1024;

    /// <summary>Reads so many MiB of one searchset, or of one file of an export, through a node and says its memory at each step.</summary>
    public static async Task RunAsync(int mebibytes, bool isFile)
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1, clients: 1, members: 0);
        var node = fleet.Nodes[0];
        using var calls = new FleetCalls();
        var token = fleet.Tokens.For(FleetRegistry.ClientOf(0));
        for (var i = 0; i < 200; i++)
        {
            await calls.ReadAsync(node, token);
        }

        var target = isFile ? await calls.ExportAsync(node, token) : "/fhir/Observation?patient=p1&code=15074-8";

        // The first is read while its code is still being compiled.
        foreach (var name in new[] { "first", "second", "third" })
        {
            await ReadAsync(node, calls, target, token, mebibytes, name);
        }
    }

    private static async Task ReadAsync(FleetNode node, FleetCalls calls, string target, FleetToken token, int mebibytes, string name)
    {
        await using var body = await calls.OpenAsync(node, target, token);
        System.Console.WriteLine($"{name}, before: {node.ResidentBytes / 1048576} MiB in RAM");
        var buffer = new byte[256 * 1024];
        var (read, next, started, used) = (0L, (long)Step, Stopwatch.GetTimestamp(), node.Processor);
        while (read < mebibytes * 1048576L)
        {
            var count = await body.ReadAsync(buffer);
            read += count > 0 ? count : throw new InvalidOperationException("The answer ended.");
            if (read >= next)
            {
                System.Console.WriteLine($"{read / 1048576, 5} MiB released: {node.ResidentBytes / 1048576} MiB in RAM");
                next += Step;
            }
        }

        var (megabytes, seconds) = (read / 1e6, Stopwatch.GetElapsedTime(started).TotalSeconds);
        System.Console.WriteLine(
            $"{name}: {megabytes / seconds:0} MB/s, judged, recorded segment by segment and released; the node used "
                + $"{(node.Processor - used).TotalSeconds:0.00} s of processor: {megabytes / (node.Processor - used).TotalSeconds:0} MB for each second of it"
        );
    }
}
