using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Admit;

/// <summary>
/// Finds or makes the gate of a client by its registry id, and those of use cases and organizations that have limits; asked by Admit and by
/// the keeper of quotas.
/// </summary>
/// <remarks>
/// Thread-safe. As many as ask, or as nodes tell of, and have asked lately or taken what counts still; whoever was deleted is forgotten.
/// </remarks>
/// <param name="pseudonym">Makes the words by which quotas tell patients apart.</param>
internal sealed class ClientGates(PatientPseudonym pseudonym)
{
    // The words of the trail's index are others: who reads one of the two places learns nothing of the other.
    private const string Quota = "quota";

    // No id has a slash: what begins with one is no client.
    private const string OfUseCases = "/use-case/";
    private const string OfOrganizations = "/organization/";

    private readonly GateSet<ClientGate> _gates = new(id => Make(pseudonym, id));
    private readonly GateSet<ClientGate> _useCases = new(id => Make(pseudonym, OfUseCases + id));
    private readonly GateSet<ClientGate> _organizations = new(id => Make(pseudonym, OfOrganizations + id));

    /// <summary>The gate of a client.</summary>
    public ClientGate Of(string client) => _gates.Of(client);

    /// <summary>The gate of one owner of a client's limits; null: it has no limits.</summary>
    public ClientGate? Of(ClientEntry entry, LimitOwner owner) =>
        owner switch
        {
            LimitOwner.Client => Of(entry.Client.Id),
            LimitOwner.UseCase => entry.UseCase is { Limits: not null } useCase ? _useCases.Of(useCase.Id) : null,
            _ => entry.Organization is { Limits: not null } organization ? _organizations.Of(organization.Id) : null,
        };

    /// <summary>How many requests of these clients have a place now.</summary>
    public int RunningOf(IReadOnlyList<string> clients)
    {
        var running = 0;
        foreach (var client in clients)
        {
            running += _gates.Find(client)?.InFlight ?? 0;
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

    /// <summary>
    /// Gives up the gates that nobody has asked for lately and whose counts are over. Called a few times a day: by the second time after its
    /// last request nothing of a rate is left that anybody would have to wait for.
    /// </summary>
    public void Sweep(DateTimeOffset now)
    {
        _gates.Sweep(IsEmpty);
        _useCases.Sweep(IsEmpty);
        _organizations.Sweep(IsEmpty);

        bool IsEmpty(ClientGate gate) => gate.IsEmptyAt(now);
    }

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
            .All.Select(static pair => (pair.Key, pair.Value))
            .Concat(_useCases.All.Select(static pair => (OfUseCases + pair.Key, pair.Value)))
            .Concat(_organizations.All.Select(static pair => (OfOrganizations + pair.Key, pair.Value)));

    private static ClientGate Make(PatientPseudonym pseudonym, string name) =>
        new(stretch => new ClientQuota(patient => pseudonym.Of(name, Quota + stretch.Suffix, patient), stretch));

    private (ClientGate Gate, string Suffix) Split(string name)
    {
        var (gates, before) = name switch
        {
            _ when name.StartsWith(OfUseCases, StringComparison.Ordinal) => (_useCases, OfUseCases),
            _ when name.StartsWith(OfOrganizations, StringComparison.Ordinal) => (_organizations, OfOrganizations),
            _ => (_gates, string.Empty),
        };
        var end = name.IndexOf('/', before.Length);
        return end < 0 ? (gates.Of(name[before.Length..]), string.Empty) : (gates.Of(name[before.Length..end]), name[end..]);
    }
}
