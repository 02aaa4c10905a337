using System.Collections.Concurrent;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Admit;

/// <summary>
/// Finds or makes the gate of a client by its registry id, and those of use cases and organizations that have limits; asked by Admit and by
/// the keeper of quotas.
/// </summary>
/// <remarks>Thread-safe. As many as are registered.</remarks>
/// <param name="pseudonym">Makes the words by which quotas tell patients apart.</param>
internal sealed class ClientGates(PatientPseudonym pseudonym)
{
    // The words of the trail's index are others: who reads one of the two places learns nothing of the other.
    private const string Quota = "quota";

    // No id has a slash: what begins with one is no client.
    private const string OfUseCases = "/use-case/";
    private const string OfOrganizations = "/organization/";

    private readonly ConcurrentDictionary<string, ClientGate> _gates = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ClientGate> _useCases = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ClientGate> _organizations = new(StringComparer.Ordinal);

    /// <summary>The gate of a client.</summary>
    public ClientGate Of(string client) => Of(_gates, string.Empty, client);

    /// <summary>The gate of one owner of a client's limits; null: it has no limits.</summary>
    public ClientGate? Of(ClientEntry entry, LimitOwner owner) =>
        owner switch
        {
            LimitOwner.Client => Of(entry.Client.Id),
            LimitOwner.UseCase => entry.UseCase is { Limits: not null } useCase ? Of(_useCases, OfUseCases, useCase.Id) : null,
            _ => entry.Organization is { Limits: not null } organization ? Of(_organizations, OfOrganizations, organization.Id) : null,
        };

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

    /// <summary>
    /// The count that nodes tell each other of under a name: an owner's, with what its stretch or budget puts behind it; null: it is no
    /// count, or a later version's.
    /// </summary>
    public ClientQuota? FindQuota(string name)
    {
        var (gate, suffix) = Split(name);
        if (suffix.Length == 0)
        {
            return gate.Quota;
        }

        foreach (var stretch in PatientStretch.Longer)
        {
            if (stretch.Suffix == suffix)
            {
                return gate.Of(stretch);
            }
        }

        foreach (var budget in DayBudget.All)
        {
            if (budget.Suffix == suffix)
            {
                return gate.Of(budget);
            }
        }

        return null;
    }

    /// <summary>The share of a rate that nodes tell each other of under a name; null: the name is of something else.</summary>
    public RateShare? FindShare(string name) =>
        name.EndsWith(RateShare.Suffix, StringComparison.Ordinal) && Split(name) is (var gate, RateShare.Suffix)
            ? gate.ShareForNews()
            : null;

    /// <summary>Every count there is, by the name under which nodes tell each other of it.</summary>
    public IEnumerable<(string Name, ClientQuota Quota)> Quotas =>
        Named.SelectMany(static named => named.Gate.Quotas.Select(quota => (named.Name + quota.Suffix, quota)));

    /// <summary>Every gate whose rate or places nodes share, by its name.</summary>
    public IEnumerable<(string Name, ClientGate Gate, RateShare Share)> Shares
    {
        get
        {
            foreach (var (name, gate) in Named)
            {
                if (gate.Share is { } share)
                {
                    yield return (name + RateShare.Suffix, gate, share);
                }
            }
        }
    }

    private IEnumerable<(string Name, ClientGate Gate)> Named =>
        _gates
            .Select(static pair => (pair.Key, pair.Value))
            .Concat(_useCases.Select(static pair => (OfUseCases + pair.Key, pair.Value)))
            .Concat(_organizations.Select(static pair => (OfOrganizations + pair.Key, pair.Value)));

    private ClientGate Of(ConcurrentDictionary<string, ClientGate> gates, string before, string id) =>
        gates.GetOrAdd(
            id,
            static (id, known) =>
                new ClientGate(stretch => new ClientQuota(
                    patient => known.Pseudonym.Of(known.Before + id, Quota + stretch.Suffix, patient),
                    stretch
                )),
            (Pseudonym: pseudonym, Before: before)
        );

    private (ClientGate Gate, string Suffix) Split(string name)
    {
        var (gates, before) = name switch
        {
            _ when name.StartsWith(OfUseCases, StringComparison.Ordinal) => (_useCases, OfUseCases),
            _ when name.StartsWith(OfOrganizations, StringComparison.Ordinal) => (_organizations, OfOrganizations),
            _ => (_gates, string.Empty),
        };
        var end = name.IndexOf('/', before.Length);
        return end < 0
            ? (Of(gates, before, name[before.Length..]), string.Empty)
            : (Of(gates, before, name[before.Length..end]), name[end..]);
    }
}
