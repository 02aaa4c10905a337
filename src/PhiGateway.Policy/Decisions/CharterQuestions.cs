using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Holds a call of an AI agent against its charter, for <see cref="PolicyDecisionPoint"/>: the tool, the hours of its time zone, the types. A
/// charter only takes away. Each check returns null or a denial.
/// </summary>
internal static class CharterQuestions
{
    internal static Deny? Place(DecisionRun run)
    {
        if (run.Entry.Charter is not { } charter)
        {
            return null;
        }

        // Another way than by a tool would be a way around the tools.
        if (charter.Tools.Length > 0 && (run.Request.Tool is not { } tool || Array.IndexOf(charter.Tools, tool) < 0))
        {
            return new Deny(DenyReason.AgentToolNotPermitted, RuleOf(run));
        }

        return charter.IsAt(run.Ticks) ? null : new Deny(DenyReason.AgentOutsideHours, RuleOf(run));
    }

    internal static Deny? Covered(DecisionRun run, AccessPart part) =>
        run.Reach.CharterAdmits(part.Type) ? null : new Deny(DenyReason.AgentTypeNotPermitted, RuleOf(run));

    private static string RuleOf(DecisionRun run) => "client/" + run.Entry.Client.Id;
}
