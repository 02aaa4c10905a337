using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>A decision with what every question found; what <c>explain</c> prints.</summary>
/// <param name="Decision">The decision itself.</param>
/// <param name="Revision">The snapshot's revision.</param>
/// <param name="Answers">Every question in order, also those that were not asked any more.</param>
/// <param name="Client">The client found; null for a stranger.</param>
public sealed record DecisionTrace(Decision Decision, long Revision, IReadOnlyList<DecisionAnswer> Answers, ClientEntry? Client);

/// <summary>What one question found.</summary>
/// <param name="Question">Such as <c>purpose of use</c>.</param>
/// <param name="Outcome">Open, closed, or not asked.</param>
/// <param name="Reason">Why it is closed.</param>
/// <param name="Rule">What closed it.</param>
public sealed record DecisionAnswer(string Question, AnswerOutcome Outcome, DenyReason? Reason, string? Rule);

/// <summary>Whether a door was found open.</summary>
public enum AnswerOutcome : byte
{
    NotAsked,
    Open,
    Closed,
}
