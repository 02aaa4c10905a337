using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>A real program in front of the gateway, as hospitals have them: HAProxy, nginx or stunnel, with a configuration of the test's.</summary>
internal sealed class FrontProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private FrontProgram(Process process) => _process = process;

    /// <summary>Starts HAProxy and waits until it takes connections on a port.</summary>
    public static Task<FrontProgram> HaproxyAsync(string folder, string configuration, int port) =>
        StartAsync("haproxy", ["-db", "-f"], Path.Combine(folder, "haproxy.cfg"), configuration, port);

    /// <summary>Starts nginx likewise; its errors go to the test, not to the system's log.</summary>
    public static Task<FrontProgram> NginxAsync(string folder, string configuration, int port) =>
        StartAsync("nginx", ["-e", "stderr", "-c"], Path.Combine(folder, "nginx.conf"), configuration, port);

    /// <summary>Starts stunnel likewise.</summary>
    public static Task<FrontProgram> StunnelAsync(string folder, string configuration, int port) =>
        StartAsync("stunnel", [], Path.Combine(folder, "stunnel.conf"), configuration, port);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task<FrontProgram> StartAsync(string program, string[] arguments, string file, string configuration, int port)
    {
        await File.WriteAllTextAsync(file, configuration);
        var front = new FrontProgram(
            new Process
            {
                StartInfo = new ProcessStartInfo(program, [.. arguments, file])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                },
            }
        );
        front._process.OutputDataReceived += (_, line) => front._output.Enqueue(line.Data ?? string.Empty);
        front._process.ErrorDataReceived += (_, line) => front._output.Enqueue(line.Data ?? string.Empty);
        front._process.Start();
        front._process.BeginOutputReadLine();
        front._process.BeginErrorReadLine();
        while (true)
        {
            if (front._process.HasExited)
            {
                throw new InvalidOperationException($"{program} ended: {string.Join('\n', front._output)}");
            }

            try
            {
                using var tcp = new TcpClient();
                await tcp.ConnectAsync("127.0.0.1", port);
                return front;
            }
            catch (SocketException)
            {
                await Task.Delay(20);
            }
        }
    }
}
