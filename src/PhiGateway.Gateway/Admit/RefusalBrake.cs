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
        GateOf(exchange).ConformHere(ClientRate.Of(exchange, options), clock.GetElapsedTime(_started), 1, ClientRate.IsEmergency(exchange))
        == TimeSpan.Zero;

    /// <summary>How long this client must wait since it collects refusals; zero: it need not, or asks in an emergency.</summary>
    public TimeSpan WaitOf(GatewayExchange exchange)
    {
        var wait = GateOf(exchange).WaitAfterRefusals(clock.GetElapsedTime(_started));
        return wait > TimeSpan.Zero && ClientRate.IsEmergency(exchange) ? TimeSpan.Zero : wait;
    }

    /// <summary>
    /// How long this client must wait since it, or who shares a limit with it, is too fast; zero: it need not. What is shared holds no
    /// emergency off. What is refused here is asked of a share all the same, or a node that has a small one would never need more.
    /// </summary>
    /// <param name="exchange">Of an identified client.</param>
    /// <param name="cost">How many requests it stands for.</param>
    /// <param name="owner">Whose limit it is.</param>
    public TimeSpan RateWaitOf(GatewayExchange exchange, int cost, out LimitOwner owner)
    {
        var now = clock.GetElapsedTime(_started);
        var isEmergency = ClientRate.IsEmergency(exchange);
        foreach (var one in LimitOwners.All)
        {
            owner = one;
            if (
                (one == LimitOwner.Client || !isEmergency)
                && ClientRate.Of(exchange, one, options) is { } rate
                && gates.Of(exchange.Identified.Client, one) is { } gate
                && gate.WaitHere(rate, now, isEmergency) is var wait
                && wait > TimeSpan.Zero
            )
            {
                gate.Share?.Ask(cost);
                return wait;
            }
        }

        owner = LimitOwner.Client;
        return TimeSpan.Zero;
    }

    private ClientGate GateOf(GatewayExchange exchange) => gates.Of(exchange.Identified.Client.Client.Id);
}
