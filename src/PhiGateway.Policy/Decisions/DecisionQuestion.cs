using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// One check of the decision with every reason with which it may deny; a row of <see cref="PolicyDecisionPoint"/>'s list.
/// </summary>
/// <param name="Name">In words.</param>
/// <param name="Ask">Null when the door is open.</param>
/// <param name="MayAnswer">Every reason with which it may close, each with who opens it; it has no other.</param>
/// <param name="OfParts">It asks about the parts of the request; the others ask about the caller, the place and the hour.</param>
internal sealed record DecisionQuestion(string Name, Func<DecisionRun, Deny?> Ask, ClosedAnswer[] MayAnswer, bool OfParts = false);

/// <summary>One reason with which a check of the decision may deny, and whose act would change that.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="OpenedBy">Whose act opens it.</param>
internal readonly record struct ClosedAnswer(DenyReason Reason, OpenedBy OpenedBy);

/// <summary>Whose act would turn a denial into a permit; the control plane tells people.</summary>
public enum OpenedBy : byte
{
    /// <summary>Nobody's: the refusal is the answer, and somebody should find out why it was asked.</summary>
    Nobody,

    /// <summary>The caller asks otherwise, from elsewhere, at another hour or with another proof; the registry stays as it is.</summary>
    Caller,

    /// <summary>The issuer gives another token; the registry stays as it is.</summary>
    Issuer,

    /// <summary>An entry of the registry, which widens nothing that two persons approved.</summary>
    Operator,

    /// <summary>A change of what is approved, or the approval itself: it takes two persons.</summary>
    TwoPersons,
}
