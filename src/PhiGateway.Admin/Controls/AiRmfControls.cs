using PhiGateway.Policy.Registry;
using static PhiGateway.Admin.Controls.ControlCatalogue;

namespace PhiGateway.Admin.Controls;

/// <summary>
/// Subcategories of the NIST AI Risk Management Framework 1.0 that a gateway has evidence for, in short words; shown where an AI agent can
/// call.
/// </summary>
internal static class AiRmfControls
{
    private const string Agents = "/admin/v1/clients?status=active&kind=ai-agent";

    /// <summary>All of them, in the framework's order.</summary>
    public static IEnumerable<ControlLine> Of(ControlFacts facts)
    {
        var today = DateOnly.FromDateTime(facts.At.UtcDateTime);
        var agents = facts.Agents;
        var ids = agents.Select(static one => "client/" + one.Client.Id).ToHashSet(StringComparer.Ordinal);
        var open = facts.Alerts.Count(alert => alert.State == AlertState.Open && ids.Contains(alert.Subject));
        yield return Line(
            "GOVERN 1.6",
            "AI systems are inventoried",
            null,
            Fact($"{agents.Count} AI agents can call, each with use case, owner and organization.", Agents),
            Refused(facts, "callers that are not registered", "unknown-client")
        );
        yield return Line(
            "GOVERN 1.7",
            "AI systems are phased out safely",
            null,
            Is(true, "Every agent ends with its use case, which must end, unless it ends before.", string.Empty, Agents),
            Refused(facts, "agents and others that have ended", "client-expired", "use-case-expired", "revoked")
        );
        yield return Line(
            "GOVERN 2.1",
            "Roles, responsibilities and lines of communication are clear",
            null,
            None(
                agents.Count(static one => one.Client.OwnerConfirmed is null || one.Client.Deputy is null),
                "agent lacks a confirmed owner or a deputy",
                "agents lack a confirmed owner or a deputy",
                Agents
            )
        );
        yield return Line(
            "GOVERN 6.1",
            "Risks of third parties are addressed",
            null,
            None(
                agents.Count(one =>
                    one.Organization is { Kind: not OrganizationKind.Internal } && !(one.Organization.LastReview?.NextDue >= today)
                ),
                "agent's vendor has no review that counts",
                "agents' vendors have no review that counts",
                "/admin/v1/organizations"
            )
        );
        yield return Line(
            "MAP 3.5",
            "Human oversight is defined",
            null,
            None(
                agents.Count(static one => one.Approval is null),
                "agent was approved by nobody",
                "agents were approved by nobody",
                "/admin/v1/approvals"
            ),
            Is(true, "Nothing is opened to an agent but by two persons.", string.Empty, "/admin/v1/approvals/queue")
        );
        yield return Line(
            "MEASURE 2.4",
            "Behaviour in production is monitored",
            null,
            Is(facts.IsWatched, "Each agent is watched against its own past.", "This node does not watch the trail.", null)
        );
        yield return Line(
            "MEASURE 2.7",
            "Security and resilience are evaluated and documented",
            null,
            Fact("The Top 10 for Agentic Applications stands beside this table.", "/admin/v1/posture/controls"),
            Is(facts.IsJournalOpen, "The journal takes records.", "The journal takes no records: nothing is released.", "/readyz")
        );
        yield return Line(
            "MEASURE 2.8",
            "Transparency and accountability are examined",
            null,
            Is(
                facts.HasCheckpoint,
                "Every call of an agent is on record in a log that others verify.",
                "There is no signed checkpoint yet.",
                "/admin/v1/audit/log"
            ),
            Fact("Each decision is explained by its id.", "/admin/v1/decisions/{id}")
        );
        yield return Line(
            "MEASURE 2.10",
            "Privacy risk is examined",
            null,
            None(
                agents.Count(static one =>
                    one.UseCase?.Grants.Any(static grant => grant.Elements.Count == 0 && grant.Masks.Count == 0) == true
                ),
                "agent gets records without a cut to the minimum",
                "agents get records without a cut to the minimum",
                "/admin/v1/use-cases"
            )
        );
        yield return Line(
            "MANAGE 2.4",
            "AI systems can be superseded, disengaged or deactivated",
            null,
            Is(
                facts.SilentNodes == 0,
                "A revocation is in force on every node within a second.",
                "A node has not reported: nobody knows whether it follows.",
                "/admin/v1/config/nodes"
            )
        );
        yield return Line(
            "MANAGE 4.1",
            "Deployed systems are monitored, with appeal, override, incident response and recovery",
            null,
            None(open, "alert about an agent waits for somebody", "alerts about agents wait for somebody", "/admin/v1/alerts?state=open")
        );
    }
}
