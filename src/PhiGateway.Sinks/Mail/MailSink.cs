using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;

namespace PhiGateway.Sinks.Mail;

/// <summary>
/// Sends alerts as e-mail: those of one batch in one message, in the gateway's own words. Events that are no alert of the gateway's are
/// passed over. Only the server's word that it has the message counts as taken.
/// </summary>
/// <remarks>
/// Security: TLS from the first byte; a server that offers to change to it later can be kept from offering it. Recipients stand in the
/// configuration, never in what is sent. No message holds more than <see cref="AlertFacts"/>.
/// </remarks>
internal sealed class MailSink(SinkOptions options, TlsTrust trust, SinkConnect connect, string? password) : ISink
{
    private const int MostLines = 100;

    private readonly Uri _server = new(options.Address!);

    /// <inheritdoc />
    public bool Acknowledges => true;

    /// <inheritdoc />
    public void Check() { }

    /// <inheritdoc />
    public async Task SendAsync(IReadOnlyList<SinkEvent> events, CancellationToken cancellationToken)
    {
        var alerts = events.Where(static one => one.Alert is not null).ToList();
        if (alerts.Count == 0)
        {
            return;
        }

        using var message = Message(events, alerts);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Timeout);
        try
        {
            await SendAsync(message, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SinkException("The mail server did not answer in time.");
        }
        catch (Exception fault)
            when (fault
                    is IOException
                        or SocketException
                        or System.Security.Authentication.AuthenticationException
                        or AuthenticationException
                        or MailKit.CommandException
                        or MailKit.ProtocolException
            )
        {
            // A server's own words may repeat an address.
            throw new SinkException($"The mail server did not take the message ({fault.GetType().Name}).", fault);
        }
    }

    /// <inheritdoc />
    public ValueTask BreakAsync() => ValueTask.CompletedTask;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        var isSafe = _server.Scheme == "smtps";
        var port = Port(isSafe);
        var socket = await connect(new DnsEndPoint(_server.IdnHost, port), cancellationToken);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (isSafe)
            {
                var secured = new SslStream(stream);
                stream = secured;
                await secured.AuthenticateAsClientAsync(trust.Client(_server.IdnHost), cancellationToken);
            }

            using var client = new SmtpClient { Timeout = (int)options.Timeout.TotalMilliseconds, LocalDomain = "phi-gateway.invalid" };
            await client.ConnectAsync(stream, _server.IdnHost, port, SecureSocketOptions.None, cancellationToken);
            if (options.User is { } user && password is not null)
            {
                await client.AuthenticateAsync(Encoding.UTF8, user, password, cancellationToken);
            }

            await client.SendAsync(message, cancellationToken);
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    private int Port(bool isSafe)
    {
        if (_server.Port > 0)
        {
            return _server.Port;
        }

        return isSafe ? 465 : 25;
    }

    private MimeMessage Message(IReadOnlyList<SinkEvent> events, List<SinkEvent> alerts)
    {
        var message = new MimeMessage();
        message.From.Add(MailboxAddress.Parse(options.From));
        message.To.AddRange(options.To.Select(MailboxAddress.Parse));
        message.Date = events[^1].Time;

        // The same events make the same message, whenever they are sent: a receiver can tell that it has it.
        message.MessageId = string.Create(
            CultureInfo.InvariantCulture,
            $"{events[0].Log}.{events[0].Sequence}-{events[^1].Sequence}@phi-gateway.invalid"
        );
        message.Headers.Add("Auto-Submitted", "auto-generated");
        var first = alerts.Find(static one => one.Alert!.Severity == "urgent") ?? alerts[0];
        var more = alerts.Count == 1 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" and {alerts.Count - 1} more");
        message.Subject = Plain($"PHI Gateway: {first.Alert!.Severity ?? "alert"}: {first.Alert.Kind}{more}");
        message.Body = new TextPart("plain") { Text = Body(alerts) };
        return message;
    }

    private static string Body(List<SinkEvent> alerts)
    {
        var text = new StringBuilder();
        foreach (var one in alerts.Take(MostLines))
        {
            var alert = one.Alert!;
            text.Append(Plain($"{one.Event}: {alert.Kind} of {alert.Subject ?? "nobody"}"))
                .AppendLine()
                .Append(Plain(alert.Words ?? "Its words stay in the gateway: read them there."))
                .AppendLine()
                .Append(
                    Plain(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{one.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {alert.Severity}, {alert.Lane}, {alert.Id}"
                        )
                    )
                )
                .AppendLine();
            if (alert.Href is { } href)
            {
                text.Append(Plain(href)).AppendLine();
            }

            text.AppendLine();
        }

        if (alerts.Count > MostLines)
        {
            text.Append(CultureInfo.InvariantCulture, $"And {alerts.Count - MostLines} more.").AppendLine();
        }

        return text.Append("Sent by the gateway itself; nobody reads answers.").AppendLine().ToString();
    }

    // One line is one line, whatever a name holds.
    private static string Plain(string text) => string.Concat(text.Select(static letter => char.IsControl(letter) ? ' ' : letter));
}
