using System.Globalization;
using System.Net.Http.Headers;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Sinks.Formats;
using PhiGateway.Sinks.Http;

namespace PhiGateway.Sinks.Webhooks;

/// <summary>
/// Posts events to an address in batches, signed and with their time; only an answer of success counts as taken. It follows no redirect and
/// reads nothing of an answer.
/// </summary>
internal sealed class WebhookSink : ISink
{
    private readonly SinkOptions _options;
    private readonly IEventFormat _format;
    private readonly byte[][] _secrets;
    private readonly TimeProvider _clock;
    private readonly HttpReceiver _receiver;

    public WebhookSink(SinkOptions options, IEventFormat format, TlsTrust trust, SinkConnect connect, byte[][] secrets, TimeProvider clock)
    {
        _options = options;
        _format = format;
        _secrets = secrets;
        _clock = clock;
        _receiver = new HttpReceiver(options, trust, connect);
    }

    /// <inheritdoc />
    public bool Acknowledges => true;

    /// <inheritdoc />
    public void Check() { }

    /// <inheritdoc />
    public async Task SendAsync(IReadOnlyList<SinkEvent> events, CancellationToken cancellationToken)
    {
        // The same events have the same id whenever they are sent: a receiver can tell that it has them.
        var id = string.Create(CultureInfo.InvariantCulture, $"{events[0].Log}:{events[0].Sequence}-{events[^1].Sequence}");
        var body = Body(events);
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Address);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(_secrets, id, now, body));
        _ = await _receiver.PostAsync(request, readAnswer: false, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask BreakAsync() => ValueTask.CompletedTask;

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _receiver.Dispose();
        return ValueTask.CompletedTask;
    }

    private byte[] Body(IReadOnlyList<SinkEvent> events)
    {
        using var lines = new MemoryStream();
        foreach (var one in events)
        {
            lines.Write(_format.Write(one));
            lines.WriteByte((byte)'\n');
        }

        return lines.ToArray();
    }
}
