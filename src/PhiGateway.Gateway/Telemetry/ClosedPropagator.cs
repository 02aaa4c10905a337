using System.Diagnostics;

namespace PhiGateway.Gateway.Telemetry;

/// <summary>
/// Takes no trace context from a client and gives none on: <c>traceparent</c>, <c>tracestate</c> and <c>baggage</c> are words of the
/// client's that would pass through unread. Which span of the gateway's own a call belongs to, an upstream is told with the call itself.
/// </summary>
internal sealed class ClosedPropagator : DistributedContextPropagator
{
    public override IReadOnlyCollection<string> Fields => [];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) { }

    public override void ExtractTraceIdAndState(
        object? carrier,
        PropagatorGetterCallback? getter,
        out string? traceId,
        out string? traceState
    ) => traceId = traceState = null;

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
