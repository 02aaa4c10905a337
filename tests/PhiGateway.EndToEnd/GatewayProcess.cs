using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd;

/// <summary>The gateway as it is deployed: its own process, its own configuration file, real sockets.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    // Generous on purpose: it only bounds a hang.
    private static readonly TimeSpan StartBound = TimeSpan.FromMinutes(3);

    private readonly string _configuration;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    private GatewayProcess(string configuration, Uri data, Uri admin)
    {
        _configuration = configuration;
        Data = data;
        Admin = admin;
    }

    /// <summary>The data plane's origin.</summary>
    public Uri Data { get; }

    /// <summary>The control plane's origin.</summary>
    public Uri Admin { get; }

    /// <summary>Variables that it is started with, beside those of the test.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public int Id => _process?.Id ?? 0;

    /// <summary>Everything it wrote to its console.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Writes the configuration; does not start yet.</summary>
    public static GatewayProcess Prepare(string folder, int dataPort, int adminPort, string configuration)
    {
        var path = Path.Combine(folder, $"gateway-{dataPort}.json");
        File.WriteAllText(path, configuration);
        var data = (string)JsonNode.Parse(configuration)!["PhiGateway"]!["Listeners"]![nameof(Data)]!;
        return new GatewayProcess(path, new Uri(data), new Uri($"http://127.0.0.1:{adminPort}"));
    }

    /// <summary>Starts and waits until both planes answer.</summary>
    public async Task StartAsync(bool untilReady = true)
    {
        var process = Launch(["--config", _configuration]);
        _process = process;
        using var http = new HttpClient(TlsFiles.Trusting());
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"The gateway ended with {process.ExitCode}:\n{Output}");
            }

            try
            {
                using var answer = await http.GetAsync(new Uri(Admin, untilReady ? "/readyz" : "/livez"));
                if (answer.IsSuccessStatusCode && await TakesCallsAsync(http, untilReady))
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            if (deadline.Elapsed > StartBound)
            {
                throw new InvalidOperationException($"The gateway did not get ready:\n{Output}");
            }

            await Task.Delay(50);
        }
    }

    // The listeners are bound one after the other; whoever says that it is ready has them all.
    private async Task<bool> TakesCallsAsync(HttpClient http, bool saysSo)
    {
        try
        {
            using var data = await http.GetAsync(Data);
            return true;
        }
        catch (HttpRequestException e) when (saysSo)
        {
            throw new InvalidOperationException("The gateway said that it is ready, and takes no calls.", e);
        }
    }

    /// <summary>Starts it and asks it to stop as soon as anything listens; ends when it has.</summary>
    public async Task StopWhileStartingAsync()
    {
        using var patience = new CancellationTokenSource(StartBound);
        var process = Launch(["--config", _configuration]);
        _process = process;
        using var probe = new System.Net.Sockets.TcpClient();
        while (!probe.Connected)
        {
            try
            {
                await probe.ConnectAsync(Admin.Host, Admin.Port, patience.Token);
            }
            catch (System.Net.Sockets.SocketException)
            {
                await Task.Delay(1, patience.Token);
            }
        }

        await SignalAsync("TERM");
        await process.WaitForExitAsync(patience.Token);
    }

    /// <summary>Runs a command of the gateway to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var lines = new ConcurrentQueue<string>();
        using var process = Create(arguments, lines);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Join('\n', lines));
    }

    /// <summary>Asks it to stop and waits.</summary>
    public async Task StopAsync()
    {
        if (_process is { HasExited: false } process)
        {
            using var signal = Process.Start("kill", ["-TERM", process.Id.ToString()])!;
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Sends it a signal and does not wait.</summary>
    public async Task SignalAsync(string name)
    {
        using var signal = Process.Start("kill", [$"-{name}", Id.ToString()])!;
        await signal.WaitForExitAsync();
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _process?.Dispose();
    }

    private Process Launch(string[] arguments)
    {
        var process = Create(arguments, _output);
        foreach (var (name, value) in Variables)
        {
            process.StartInfo.Environment[name] = value;
        }

        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static Process Create(string[] arguments, ConcurrentQueue<string> output)
    {
        var configuration = AppContext.BaseDirectory.Contains(
            $"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}",
            StringComparison.Ordinal
        )
            ? "Release"
            : "Debug";
        var program = RepositoryPaths.Of("src", "PhiGateway.Gateway", "bin", configuration, "net10.0", "PhiGateway.Gateway.dll");
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [program, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        return process;

        void Take(string? line)
        {
            if (line is not null)
            {
                output.Enqueue(line);
            }
        }
    }
}
