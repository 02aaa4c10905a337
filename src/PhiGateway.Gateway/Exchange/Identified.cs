using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Exchange;

/// <summary>What the Identify stage adds to the exchange: the proven identity, and the registered client that it stands for.</summary>
/// <param name="Caller">The identity of a good credential.</param>
/// <param name="Entry">The client; null when nobody is registered under this identity, which Decide refuses.</param>
internal readonly record struct Identified(Caller Caller, ClientEntry? Entry)
{
    /// <summary>The client of a request that was decided.</summary>
    public ClientEntry Client => Entry ?? throw new InvalidOperationException("Decide lets no unregistered client pass.");
}
