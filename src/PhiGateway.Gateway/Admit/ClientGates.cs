using System.Collections.Concurrent;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Admit;

/// <summary>Finds or makes the gate of a client by its registry id; asked by Admit and by the keeper of quotas.</summary>
/// <remarks>Thread-safe. As many as clients that are registered.</remarks>
/// <param name="pseudonym">Makes the words by which the quotas of a client tell patients apart.</param>
internal sealed class ClientGates(PatientPseudonym pseudonym)
{
    // The words of the trail's index are others: who reads one of the two places learns nothing of the other.
    private const string Quota = "quota";

    private readonly ConcurrentDictionary<string, ClientGate> _gates = new(StringComparer.Ordinal);

    /// <summary>The gate of a client.</summary>
    public ClientGate Of(string client) =>
        _gates.GetOrAdd(
            client,
            static (client, pseudonym) =>
                new ClientGate(stretch => new ClientQuota(patient => pseudonym.Of(client, Quota + stretch.Suffix, patient), stretch)),
            pseudonym
        );

    /// <summary>How many requests of these clients have a place now.</summary>
    public int RunningOf(IReadOnlyList<string> clients)
    {
        var running = 0;
        foreach (var client in clients)
        {
            running += _gates.TryGetValue(client, out var gate) ? gate.InFlight : 0;
        }

        return running;
    }

    /// <summary>The count that nodes tell each other of under a name: a client's id, with what its stretch or budget puts behind it.</summary>
    public ClientQuota QuotaOf(string name)
    {
        foreach (var stretch in PatientStretch.Longer)
        {
            if (name.EndsWith(stretch.Suffix, StringComparison.Ordinal))
            {
                return Of(name[..^stretch.Suffix.Length]).Of(stretch);
            }
        }

        foreach (var budget in DayBudget.All)
        {
            if (name.EndsWith(budget.Suffix, StringComparison.Ordinal))
            {
                return Of(name[..^budget.Suffix.Length]).Of(budget);
            }
        }

        return Of(name).Quota;
    }

    /// <summary>Every count there is, by the name under which nodes tell each other of it.</summary>
    public IEnumerable<(string Name, ClientQuota Quota)> Quotas
    {
        get
        {
            foreach (var (client, gate) in _gates)
            {
                foreach (var quota in gate.Quotas)
                {
                    yield return (client + quota.Suffix, quota);
                }
            }
        }
    }
}
