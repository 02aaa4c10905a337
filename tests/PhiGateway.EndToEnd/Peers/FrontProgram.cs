using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>A real HAProxy with a configuration of the test's, as the load balancer in front of the gateway.</summary>
internal sealed class Haproxy : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private Haproxy(Process process) => _process = process;

    /// <summary>Starts it and waits until it takes connections on a port.</summary>
    public static async Task<Haproxy> StartAsync(string folder, string configuration, int port)
    {
        var path = Path.Combine(folder, "haproxy.cfg");
        await File.WriteAllTextAsync(path, configuration);
        var haproxy = new Haproxy(
            new Process
            {
                StartInfo = new ProcessStartInfo("haproxy", ["-db", "-f", path])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                },
            }
        );
        haproxy._process.OutputDataReceived += (_, line) => haproxy._output.Enqueue(line.Data ?? string.Empty);
        haproxy._process.ErrorDataReceived += (_, line) => haproxy._output.Enqueue(line.Data ?? string.Empty);
        haproxy._process.Start();
        haproxy._process.BeginOutputReadLine();
        haproxy._process.BeginErrorReadLine();
        while (true)
        {
            if (haproxy._process.HasExited)
            {
                throw new InvalidOperationException($"HAProxy ended: {string.Join('\n', haproxy._output)}");
            }

            try
            {
                using var tcp = new TcpClient();
                await tcp.ConnectAsync("127.0.0.1", port);
                return haproxy;
            }
            catch (SocketException)
            {
                await Task.Delay(20);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
