using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>A real syslog server on loopback that writes each message with its structured data into a file; it can be killed.</summary>
internal abstract partial class SyslogReceiver(string folder, int port) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    protected string Folder { get; } = Directory.CreateDirectory(folder).FullName;

    protected int Port => port;

    protected string Written => Path.Combine(Folder, "received.log");

    /// <summary>How its program is started in the foreground.</summary>
    protected abstract ProcessStartInfo Command();

    /// <summary>Starts it and waits until it takes connections.</summary>
    public async Task StartAsync()
    {
        var start = Command();
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? string.Empty);
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? string.Empty);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        while (true)
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"{start.FileName} ended: {string.Join('\n', _output)}");
            }

            try
            {
                using var tcp = new TcpClient();
                await tcp.ConnectAsync("127.0.0.1", Port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(20);
            }
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Everything it has written.</summary>
    public string Text() => File.Exists(Written) ? File.ReadAllText(Written) : string.Empty;

    /// <summary>The places in the log of what it has written, in the order in which it came.</summary>
    public List<long> Sequences() =>
        [
            .. Sequence()
                .Matches(Text())
                .Select(static match => long.Parse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)),
        ];

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }
    }

    [GeneratedRegex(
        """^[\w-]+ phi-gateway [\w-]+ \[audit@32473 id="[0-9a-f-]{36}" log="[\w/-]+" sequence="(?<number>\d+)"\] ?[{C]""",
        RegexOptions.Multiline
    )]
    private static partial Regex Sequence();
}
