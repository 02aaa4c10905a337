using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>The result of the decision point: a permit or a denial; there is no boolean and no null.</summary>
public abstract record Decision
{
    private protected Decision() { }
}

/// <summary>The request is permitted, as long as every obligation is met.</summary>
/// <param name="Rule">The grants that permit it, as <c>use-case/1</c> (several joined by <c>+</c>).</param>
/// <param name="Obligations">What Forward and Release must do; an obligation that a stage does not know means deny.</param>
/// <param name="Release">Judges every resource of the answer.</param>
public sealed record Permit(string Rule, IReadOnlyList<Obligation> Obligations, ReleasePolicy Release) : Decision;

/// <summary>The request is denied, with the reason and the rule behind it.</summary>
/// <param name="Reason">The first closed door.</param>
/// <param name="Rule">The entity or rule that closed it, such as an agreement's id, for operators only; null when none did.</param>
public sealed record Deny(DenyReason Reason, string? Rule = null) : Decision;
