using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Admit;

/// <summary>
/// Holds a known client off that collects refusals, as one does that tries ids, or identifiers, one after the other: told of each refusal by the trail,
/// asked before a request is understood.
/// </summary>
/// <remarks>Thread-safe. What is refused while it holds does not extend the wait.</remarks>
internal sealed class RefusalBrake(ClientGates gates, GatewayOptions options, TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();

    /// <summary>A request, or an entry of a batch, was refused to a known client to whom the doors are open.</summary>
    public void Note(GatewayExchange exchange, DenyReason reason)
    {
        // What the server itself rejects may tell as much: an identifier that is taken.
        if (exchange.Known.Client is { } known && (reason.Status is 403 or 404 || reason == DenyReason.UpstreamRejected))
        {
            gates.Of(known.Client.Id).NoteRefusal(options.Limits.RefusalsPerMinute, clock.GetElapsedTime(_started));
        }
    }

    /// <summary>
    /// A request was refused before the client had a place: it takes one now, so that nobody asks for refusals faster than for answers.
    /// </summary>
    /// <returns>Whether there was one left; none is taken where there was not.</returns>
    public bool TakePlace(GatewayExchange exchange) =>
        GateOf(exchange).Conform(ClientRate.Of(exchange, options), clock.GetElapsedTime(_started)) == TimeSpan.Zero;

    /// <summary>How long this client must wait since it collects refusals; zero: it need not, or asks in an emergency.</summary>
    public TimeSpan WaitOf(GatewayExchange exchange)
    {
        var wait = GateOf(exchange).WaitAfterRefusals(clock.GetElapsedTime(_started));
        return wait > TimeSpan.Zero && ClientRate.IsEmergency(exchange) ? TimeSpan.Zero : wait;
    }

    /// <summary>How long this client must wait since it is too fast; zero: it need not.</summary>
    public TimeSpan RateWaitOf(GatewayExchange exchange) =>
        GateOf(exchange).WaitAtRate(ClientRate.Of(exchange, options), clock.GetElapsedTime(_started));

    private ClientGate GateOf(GatewayExchange exchange) => gates.Of(exchange.Identified.Client.Client.Id);
}
