using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>A real rsyslog that takes messages over TLS and writes each with its structured data into a file.</summary>
internal sealed partial class Rsyslog : IAsyncDisposable
{
    private readonly string _folder;
    private readonly int _port;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    private Rsyslog(string folder, int port) => (_folder, _port) = (folder, port);

    private string Written => Path.Combine(_folder, "received.log");

    /// <summary>Writes its configuration; does not start yet.</summary>
    public static Rsyslog Prepare(string folder, int port, TlsFiles tls)
    {
        var rsyslog = new Rsyslog(Directory.CreateDirectory(folder).FullName, port);
        File.WriteAllText(
            Path.Combine(folder, "rsyslog.conf"),
            $$"""
            global(
              workDirectory="{{folder}}"
              maxMessageSize="64k"
              defaultNetstreamDriver="ossl"
              defaultNetstreamDriverCAFile="{{tls.Certificate}}"
              defaultNetstreamDriverCertFile="{{tls.Certificate}}"
              defaultNetstreamDriverKeyFile="{{tls.Key}}"
            )
            module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
            template(name="whole" type="string" string="%hostname% %app-name% %msgid% %structured-data% %msg%\n")
            input(type="imtcp" port="{{port}}" address="127.0.0.1" ruleset="keep")
            ruleset(name="keep") {
              action(type="omfile" file="{{rsyslog.Written}}" template="whole" asyncWriting="off" flushOnTXEnd="on")
            }
            """
        );
        return rsyslog;
    }

    /// <summary>Starts it and waits until it takes connections.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(
            "rsyslogd",
            ["-n", "-f", Path.Combine(_folder, "rsyslog.conf"), "-i", Path.Combine(_folder, $"{Guid.NewGuid():N}.pid")]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
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
                throw new InvalidOperationException($"rsyslog ended: {string.Join('\n', _output)}");
            }

            try
            {
                using var tcp = new TcpClient();
                await tcp.ConnectAsync("127.0.0.1", _port);
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
