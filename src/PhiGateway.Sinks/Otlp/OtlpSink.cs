using System.Net.Http.Headers;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Sinks.Http;

namespace PhiGateway.Sinks.Otlp;

/// <summary>
/// Sends events as OpenTelemetry logs over HTTP (OTLP, binary protobuf), such as to an OpenTelemetry Collector: <c>POST …/v1/logs</c>. An
/// answer of success counts as taken.
/// </summary>
/// <remarks>
/// A receiver that took a batch but for some of its records says so (<c>partial_success</c>); the protocol forbids to send them again, so
/// that is a fault of its own, told once and counted.
/// </remarks>
internal sealed class OtlpSink(SinkOptions options, TlsTrust trust, SinkConnect connect, string? authorization, TimeProvider clock) : ISink
{
    private const string Path = "/v1/logs";

    private readonly HttpReceiver _receiver = new(options, trust, connect);
    private readonly Uri _address = AddressOf(options.Address!);

    /// <summary>Log records that the receiver refused out of batches that it took.</summary>
    public long Rejected { get; private set; }

    /// <inheritdoc />
    public bool Acknowledges => true;

    /// <inheritdoc />
    public void Check() { }

    /// <inheritdoc />
    public async Task SendAsync(IReadOnlyList<SinkEvent> events, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _address);
        request.Content = new ByteArrayContent(OtlpLogs.Write(events, clock.GetUtcNow()));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        Rejected += OtlpAnswer.RejectedIn(await _receiver.PostAsync(request, readAnswer: true, cancellationToken));
    }

    /// <inheritdoc />
    public ValueTask BreakAsync() => ValueTask.CompletedTask;

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _receiver.Dispose();
        return ValueTask.CompletedTask;
    }

    // An address without a path is the base of a receiver, as OpenTelemetry's own settings have it.
    private static Uri AddressOf(string address)
    {
        var uri = new Uri(address);
        return uri.AbsolutePath == "/" ? new Uri(uri, Path) : uri;
    }
}
