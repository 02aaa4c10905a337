using System.Collections.Concurrent;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Gates by the name of whom they are of: each is made when it is first asked for, and given up when nobody has asked for it for two rounds.
/// So whoever was deleted, and names that another node told, are not kept for the life of the process. Held by whoever counts with them.
/// </summary>
/// <remarks>
/// Thread-safe. Security: a gate that is given up is one that nobody got in the two rounds before, which are hours, so that there are never
/// two that count for one name.
/// </remarks>
/// <param name="make">Makes the gate of a name.</param>
internal sealed class GateSet<TGate>(Func<string, TGate> make)
    where TGate : RequestGate
{
    private readonly ConcurrentDictionary<string, TGate> _gates = new(StringComparer.Ordinal);
    private int _round;

    /// <summary>Those there are, by name.</summary>
    public IEnumerable<KeyValuePair<string, TGate>> All => _gates;

    /// <summary>The gate of a name; made where there is none.</summary>
    public TGate Of(string name)
    {
        while (true)
        {
            var gate = _gates.GetOrAdd(name, make);
            if (gate.TryUse(Volatile.Read(ref _round)))
            {
                return gate;
            }

            Remove(name, gate);
        }
    }

    /// <summary>The gate of a name as it stands, which keeps it no longer; null: there is none.</summary>
    public TGate? Find(string name) => _gates.GetValueOrDefault(name);

    /// <summary>Begins a round, and gives up those that nobody asked for in the two before it.</summary>
    /// <param name="isEmpty">Whether a gate would be the same if it were made anew.</param>
    public void Sweep(Func<TGate, bool> isEmpty)
    {
        var round = Interlocked.Increment(ref _round);
        foreach (var (name, gate) in _gates)
        {
            if (isEmpty(gate) && gate.TryRetire(round))
            {
                Remove(name, gate);
            }
        }
    }

    private void Remove(string name, TGate gate) => _gates.TryRemove(KeyValuePair.Create(name, gate));
}
