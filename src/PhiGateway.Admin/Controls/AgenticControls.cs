using PhiGateway.Watch.Findings;
using static PhiGateway.Admin.Controls.ControlCatalogue;

namespace PhiGateway.Admin.Controls;

/// <summary>The OWASP Top 10 for Agentic Applications of 2026, held against the AI agents that are registered; shown where there are any.</summary>
internal static class AgenticControls
{
    private const string Agents = "/admin/v1/clients?status=active&kind=ai-agent";

    /// <summary>All ten.</summary>
    public static IEnumerable<ControlLine> Of(ControlFacts facts)
    {
        var agents = facts.Agents;
        var ids = agents.Select(static one => "client/" + one.Client.Id).ToHashSet(StringComparer.Ordinal);
        yield return Of(
            AgenticRisk.GoalHijack,
            Is(true, "Whatever an agent was talked into asking for, it gets no more than its use case grants.", string.Empty, Agents),
            Refused(facts, "things that no grant covers", "outside-use-case", "operation-not-permitted", "include-not-permitted")
        );
        yield return Of(
            AgenticRisk.ToolMisuse,
            [
                Fact($"{agents.Count} agents can call; {agents.Count(IsWriter)} of them may write.", Agents),
                None(
                    agents.Count(static one =>
                        one.Client.Limits
                            is {
                                DistinctPatientsPerHour: null,
                                DistinctPatientsPerDay: null,
                                DistinctPatientsPer30Days: null,
                                RecordsPerDay: null
                            }
                    ),
                    "agent has no quota of patients or records",
                    "agents have no quota of patients or records",
                    Agents
                ),
                .. Open(facts, ids, AgenticRisk.ToolMisuse),
            ]
        );
        yield return Of(
            AgenticRisk.PrivilegeAbuse,
            [
                None(
                    agents.Count(static one => !one.ProvesPossession),
                    "agent needs a bearer token only",
                    "agents need a bearer token only",
                    Agents
                ),
                None(
                    agents.Count(static one => one.UseCase?.Grants.Any(static grant => grant.Patients?.Any == true) == true),
                    "agent may see every patient",
                    "agents may see every patient",
                    Agents
                ),
                .. Open(facts, ids, AgenticRisk.PrivilegeAbuse),
            ]
        );
        yield return Of(
            AgenticRisk.SupplyChain,
            None(
                agents.Count(static one => one.Organization is null || one.Organization.Modules.Count == 0),
                "agent's organization names no modules that it runs",
                "agents' organizations name no modules that they run",
                "/admin/v1/organizations"
            ),
            Fact("A change of the modules ends the approval of every client behind them.", "/admin/v1/organizations")
        );
        yield return Outside(
            AgenticRisk.CodeExecution,
            "Where an agent runs code is its platform; through the gateway it reads and writes records."
        );
        yield return Outside(
            AgenticRisk.MemoryPoisoning,
            "What an agent keeps in its memory is its platform's; the gateway shows it what its use case covers, each time."
        );
        yield return Of(
            AgenticRisk.InterAgent,
            Is(
                true,
                "An agent that acts for another is named in the token, and an actor that is not known is refused.",
                string.Empty,
                Agents
            ),
            None(
                agents.Count(static one => one.Client.DelegationDepth > 1),
                "agent may act over more than one other",
                "agents may act over more than one other",
                Agents
            ),
            None(
                agents.Count(static one => one.Client is { DelegationDepth: > 0, Actors: null }),
                "agent does not say who may act through it",
                "agents do not say who may act through them",
                Agents
            ),
            Refused(
                facts,
                "delegations that nobody permitted",
                "unknown-actor",
                "actor-not-permitted",
                "delegation-too-deep",
                "delegation-loop"
            )
        );
        yield return Of(
            AgenticRisk.Cascading,
            Is(true, "Each client has a rate, a concurrency and a brake on refusals of its own.", string.Empty, Agents),
            Refused(facts, "agents and others that were too fast", "rate-limited", "concurrency-limited", "quota-exceeded")
        );
        yield return Of(
            AgenticRisk.TrustExploitation,
            None(
                agents.Count(static one => string.IsNullOrWhiteSpace(one.Client.Owner) || one.Client.OwnerConfirmed is null),
                "agent has no person who confirmed that they answer for it",
                "agents have no person who confirmed that they answer for them",
                Agents
            ),
            None(
                agents.Count(static one => one.UseCase?.AllowsBreakGlass == true),
                "agent may claim an emergency",
                "agents may claim an emergency",
                Agents
            )
        );
        yield return Of(
            AgenticRisk.Rogue,
            [
                Is(facts.IsWatched, "Each agent is watched against its own past.", "This node does not watch the trail.", null),
                Fact("An agent, its model, its vendor or its use case is stopped on every node within a second.", "/admin/v1/revocations"),
                None(
                    agents.Count(static one => one.Client.Charter is null),
                    "agent has no charter: which model acts, and who answers for it, is not said",
                    "agents have no charter: which models act, and who answers for them, is not said",
                    Agents
                ),
                .. Open(facts, ids, AgenticRisk.Rogue),
            ]
        );
    }

    private static bool IsWriter(ClientFacts agent) =>
        agent.UseCase?.Grants.Any(static grant =>
            grant.Interactions.Any(static word => word is "create" or "update" or "patch" or "delete")
        ) == true;

    private static IReadOnlyList<ControlEvidence> Open(ControlFacts facts, HashSet<string> agents, AgenticRisk risk) =>
        Signs(facts, alert => agents.Contains(alert.Subject) && AgenticRisk.Of(alert.Kind) == risk);

    private static ControlLine Of(AgenticRisk risk, params ControlEvidence[] evidence) => Line(risk.Id, risk.Title, null, evidence);

    private static ControlLine Outside(AgenticRisk risk, string words) => ControlCatalogue.Outside(risk.Id, risk.Title, null, words);
}
