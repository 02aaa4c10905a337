using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>A peer that listens: started with a script, ready when it prints <c>{"ready": address}</c>, ended with the test.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    // Generous on purpose: it only bounds a hang, and machines that build in parallel are slow.
    private static readonly TimeSpan StartBound = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(Process process) => _process = process;

    /// <summary>What the peer said it listens on.</summary>
    public string Address { get; private set; } = string.Empty;

    /// <summary>All lines it printed, to either stream.</summary>
    public IEnumerable<string> Output => _output;

    public static async Task<NodeProcess> StartAsync(string script, params IEnumerable<string> arguments)
    {
        await NodePeers.EnsureInstalledAsync();
        var start = new ProcessStartInfo("node", [script, .. arguments])
        {
            WorkingDirectory = RepositoryPaths.Peers,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Its standard input closes with this process, and that ends it: no peer outlives a killed test run.
        start.Environment["PEER_ENDS_WITH_STDIN"] = "1";

        var peer = new NodeProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        peer._process.OutputDataReceived += (_, line) => peer.Take(line.Data);
        peer._process.ErrorDataReceived += (_, line) => peer.Note(line.Data);
        peer._process.Exited += (_, _) =>
            peer._ready.TrySetException(
                new InvalidOperationException($"{script} ended before it was ready: {string.Join('\n', peer._output)}")
            );
        peer._process.Start();
        peer._process.BeginOutputReadLine();
        peer._process.BeginErrorReadLine();
        try
        {
            peer.Address = await peer._ready.Task.WaitAsync(StartBound);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        Note(line);
        if (line is null || !line.StartsWith("{\"ready\":", StringComparison.Ordinal))
        {
            return;
        }

        using var document = JsonDocument.Parse(line);
        _ready.TrySetResult(document.RootElement.GetProperty("ready").GetString()!);
    }

    private void Note(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
        }
    }
}
