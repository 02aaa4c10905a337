using System.Collections.Concurrent;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Admit;

/// <summary>Finds or makes the gate of a client by its registry id; asked by Admit and by the keeper of quotas.</summary>
/// <remarks>Thread-safe. As many as clients that are registered.</remarks>
internal sealed class ClientGates
{
    private readonly ConcurrentDictionary<string, ClientGate> _gates = new(StringComparer.Ordinal);

    /// <summary>The gate of a client.</summary>
    public ClientGate Of(string client) => _gates.GetOrAdd(client, static _ => new ClientGate());

    /// <summary>Every gate there is.</summary>
    public IEnumerable<KeyValuePair<string, ClientGate>> All => _gates;
}
