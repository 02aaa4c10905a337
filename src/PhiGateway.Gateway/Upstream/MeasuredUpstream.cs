using System.Runtime.CompilerServices;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Upstream;

/// <summary>
/// Measures how long an upstream takes until the head of its answer is there, where somebody asks for it; stands before the one that sends.
/// </summary>
internal sealed class MeasuredUpstream(IUpstream inner, GatewayMetrics metrics, GatewayOptions options, TimeProvider clock) : IUpstream
{
    private readonly bool _isLogged = options.Telemetry.RequestLog;

    public ValueTask<UpstreamReply> SendAsync(UpstreamCall call, GatewayExchange exchange, CancellationToken cancellationToken) =>
        _isLogged || metrics.MeasuresUpstream
            ? MeasureAsync(call, exchange, cancellationToken)
            : inner.SendAsync(call, exchange, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<UpstreamReply> MeasureAsync(UpstreamCall call, GatewayExchange exchange, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        try
        {
            var reply = await inner.SendAsync(call, exchange, cancellationToken);
            metrics.ObserveUpstream(reply.Answer.Result.Refusal, clock.GetElapsedTime(began));
            return reply;
        }
        finally
        {
            // Also of a client that has gone meanwhile: it was not the gateway that took so long.
            exchange.NoteUpstream(clock.GetElapsedTime(began));
        }
    }
}
