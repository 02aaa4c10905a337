using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PhiGateway.Tests.Common.Sinks;

/// <summary>A mail server on loopback that takes what RFC 5321 says it may be sent, answers as it is told, and keeps each message.</summary>
internal sealed class SmtpReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2? _certificate;
    private readonly Lock _lock = new();
    private readonly List<Mail> _mails = [];
    private readonly Task _loop;

    private SmtpReceiver(X509Certificate2? certificate)
    {
        _certificate = certificate;
        _listener.Start();
        _loop = RunAsync();
    }

    /// <summary>Where it listens, as a sink is told.</summary>
    public string Address => $"{(_certificate is null ? "smtp" : "smtps")}://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Answers to the next messages instead of 250.</summary>
    public Queue<string> Answers { get; } = [];

    /// <summary>What the clients said to sign in, as they said it.</summary>
    public List<string> SignIns { get; } = [];

    /// <summary>What it took.</summary>
    public IReadOnlyList<Mail> Mails
    {
        get
        {
            lock (_lock)
            {
                return [.. _mails];
            }
        }
    }

    public static SmtpReceiver Start(X509Certificate2? certificate = null) => new(certificate);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await TalkAsync(client.GetStream());
            }
            catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client went away.
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        if (_certificate is not null)
        {
            var secured = new SslStream(stream);
            stream = secured;
            await secured.AuthenticateAsServerAsync(_certificate);
        }

        using var reader = new StreamReader(stream, Encoding.UTF8);
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 mail.test ready");
        var (from, to) = (string.Empty, new List<string>());
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            var word = line.Split(' ', ':')[0].ToUpperInvariant();
            switch (word)
            {
                case "EHLO":
                    await writer.WriteLineAsync("250-mail.test\r\n250-AUTH PLAIN\r\n250 8BITMIME");
                    break;
                case "AUTH":
                    SignIns.Add(line);
                    await writer.WriteLineAsync("235 welcome");
                    break;
                case "MAIL":
                    (from, to) = (line, []);
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "RCPT":
                    to.Add(line);
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 go on");
                    await TakeAsync(reader, writer, from, to);
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync("250 ok");
                    break;
            }
        }
    }

    private async Task TakeAsync(StreamReader reader, StreamWriter writer, string from, List<string> to)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { } line && line != ".")
        {
            text.AppendLine(line.StartsWith("..", StringComparison.Ordinal) ? line[1..] : line);
        }

        var answer = Answers.TryDequeue(out var told) ? told : "250 taken";
        if (answer.StartsWith('2'))
        {
            lock (_lock)
            {
                _mails.Add(new Mail(from, to, text.ToString()));
            }
        }

        await writer.WriteLineAsync(answer);
    }
}

/// <summary>One message as it came.</summary>
internal sealed record Mail(string From, IReadOnlyList<string> To, string Text);
