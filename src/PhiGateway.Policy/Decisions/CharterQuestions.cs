using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Holds a call of AI agents against their charters, for <see cref="PolicyDecisionPoint"/>: the tool, the hours of its time zone, the types.
/// Of the caller and of those that act through it, each charter holds. A charter only takes away. Each check returns null or a denial.
/// </summary>
internal static class CharterQuestions
{
    internal static Deny? Place(DecisionRun run)
    {
        for (var i = 0; i < run.Agents.Count; i++)
        {
            if (Place(run, run.Agents[i], run.Agents[i].Charter!) is { } deny)
            {
                return deny;
            }
        }

        return null;
    }

    internal static Deny? Covered(DecisionRun run, AccessPart part) =>
        run.Reach.FindAgentBeyond(part.Type) is { } agent ? new Deny(DenyReason.AgentTypeNotPermitted, RuleOf(agent)) : null;

    private static Deny? Place(DecisionRun run, ClientEntry agent, CharterEntry charter)
    {
        // Another way than by a tool would be a way around the tools.
        if (charter.Tools.Length > 0 && (run.Request.Tool is not { } tool || Array.IndexOf(charter.Tools, tool) < 0))
        {
            return new Deny(DenyReason.AgentToolNotPermitted, RuleOf(agent));
        }

        return charter.IsAt(run.Ticks) ? null : new Deny(DenyReason.AgentOutsideHours, RuleOf(agent));
    }

    private static string RuleOf(ClientEntry agent) => "client/" + agent.Client.Id;
}
