using PhiGateway.Admin.Clients;

namespace PhiGateway.Console.Pages.Approvals;

/// <summary>What the queue of approvals shows.</summary>
/// <param name="Items">Clients that wait.</param>
/// <param name="At">Now.</param>
public sealed record ApprovalsModel(IReadOnlyList<QueueEntry> Items, DateTimeOffset At);

/// <summary>What an approver sees of one client.</summary>
/// <param name="Brief">The whole in words.</param>
/// <param name="MayApprove">Whether the viewer is an approver at all.</param>
/// <param name="Reason">What was typed.</param>
/// <param name="Until">What was typed.</param>
/// <param name="Problem">Why it was not done; null: it was not tried.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record ApprovalModel(ApprovalBrief Brief, bool MayApprove, string? Reason, string? Until, string? Problem, string FormToken);
