using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Finds the agents that stand behind a call: its client, where that is one under a charter, and those that act through it (<c>act</c>). Asked
/// by decisions, by the counting of calls and by records, so that a charter holds whichever client's token an agent comes with.
/// </summary>
public static class ActingAgents
{
    /// <summary>Every agent under a charter, the client first, then the actors from the outermost on; each once.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="client">Its client.</param>
    /// <param name="snapshot">The registry, in which actors are known by the caller's issuer.</param>
    public static IReadOnlyList<ClientEntry> Of(Caller caller, ClientEntry client, RegistrySnapshot snapshot)
    {
        if (caller.Actors.Count == 0)
        {
            return client.Charter is null ? [] : [client];
        }

        var agents = new List<ClientEntry>();
        Add(agents, client);
        for (var i = 0; i < caller.Actors.Count; i++)
        {
            // Whom nobody knows is refused for that.
            if (snapshot.FindClient(caller.Issuer, caller.Actors[i]) is { } actor)
            {
                Add(agents, actor);
            }
        }

        return agents;
    }

    /// <summary>The charter that a record of a call tells of: the client's own, else that of the outermost agent; null: none acts.</summary>
    /// <param name="caller">Who calls; null: nobody knows.</param>
    /// <param name="client">Its client; null: nobody knows.</param>
    /// <param name="snapshot">The registry.</param>
    public static AgentCharter? CharterOf(Caller? caller, ClientEntry? client, RegistrySnapshot snapshot)
    {
        if (client is null || caller is null || client.Client.Charter is not null)
        {
            return client?.Client.Charter;
        }

        return Of(caller, client, snapshot) is [var agent, ..] ? agent.Client.Charter : null;
    }

    /// <summary>
    /// Whether all who stand behind a call are the hospital's own, and no AI agent: the client, and every actor. Partners and AI agents are
    /// shown nothing that nobody can attribute, whoever's token they come with.
    /// </summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="client">Its client.</param>
    /// <param name="snapshot">The registry, in which actors are known by the caller's issuer; whom nobody knows is nobody's own.</param>
    public static bool AreOwnStaff(Caller caller, ClientEntry client, RegistrySnapshot snapshot)
    {
        if (!IsOwnStaff(client))
        {
            return false;
        }

        for (var i = 0; i < caller.Actors.Count; i++)
        {
            if (snapshot.FindClient(caller.Issuer, caller.Actors[i]) is not { } actor || !IsOwnStaff(actor))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsOwnStaff(ClientEntry one) =>
        one.Organization?.Kind == OrganizationKind.Internal && one.Client.Kind != ClientKind.AiAgent;

    private static void Add(List<ClientEntry> agents, ClientEntry one)
    {
        if (one.Charter is not null && !agents.Contains(one))
        {
            agents.Add(one);
        }
    }
}
