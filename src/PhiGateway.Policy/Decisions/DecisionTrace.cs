using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>A decision together with the answer of every question; what <c>explain</c> prints.</summary>
/// <param name="Decision">The decision itself.</param>
/// <param name="Revision">The snapshot's revision.</param>
/// <param name="Answers">Every question in order, also those that were not asked any more.</param>
/// <param name="Client">The client found; null for a stranger.</param>
public sealed record DecisionTrace(Decision Decision, long Revision, IReadOnlyList<DecisionAnswer> Answers, ClientEntry? Client);

/// <summary>The answer of one question of a decision: open, closed with its reason, or not asked.</summary>
/// <param name="Question">Such as <c>purpose of use</c>.</param>
/// <param name="Outcome">Open, closed, or not asked.</param>
/// <param name="Reason">Why it is closed.</param>
/// <param name="Rule">What closed it.</param>
public sealed record DecisionAnswer(string Question, AnswerOutcome Outcome, DenyReason? Reason, string? Rule);

/// <summary>Whether a question of a decision was passed, denied the request, or was not asked any more.</summary>
public enum AnswerOutcome : byte
{
    NotAsked,
    Open,
    Closed,
}
