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

    /// <summary>A request, or an entry of a batch, was refused to a known client.</summary>
    public void Note(GatewayExchange exchange, DenyReason reason)
    {
        // What the server itself rejects may tell as much: an identifier that is taken.
        if (exchange.Known.Client is { } known && (reason.Status is 403 or 404 || reason == DenyReason.UpstreamRejected))
        {
            gates.Of(known.Client.Id).NoteRefusal(options.Limits.RefusalsPerMinute, clock.GetElapsedTime(_started));
        }
    }

    /// <summary>How long this client must wait; zero: it need not.</summary>
    public TimeSpan WaitOf(GatewayExchange exchange) =>
        exchange.Known.Client is { } known ? gates.Of(known.Client.Id).WaitAfterRefusals(clock.GetElapsedTime(_started)) : TimeSpan.Zero;
}
