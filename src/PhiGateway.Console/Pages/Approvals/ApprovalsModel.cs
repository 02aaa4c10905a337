using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Registrations;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Approvals;

/// <summary>What the queue of approvals shows.</summary>
/// <param name="Items">Clients that wait, those that wait longest first.</param>
/// <param name="Part">Which part of them this is.</param>
/// <param name="At">Now.</param>
/// <param name="Strangers">Who asked to be registered and is undecided, on the first page.</param>
public sealed record ApprovalsModel(
    IReadOnlyList<QueueEntry> Items,
    ListPart Part,
    DateTimeOffset At,
    IReadOnlyList<RegistrationEntry> Strangers
);

/// <summary>What an approver sees of one client.</summary>
/// <param name="Brief">The whole in words.</param>
/// <param name="MayApprove">Whether the viewer is an approver at all.</param>
/// <param name="Tried">The form that was refused; null: it was not tried.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record ApprovalModel(ApprovalBrief Brief, bool MayApprove, TriedForm? Tried, string FormToken)
{
    /// <summary>What is shown, to be told apart from what is there later.</summary>
    internal string Seen =>
        SeenState.Of(
            ("words", Brief.Words),
            ("recognised by", string.Join(", ", Brief.RecognisedBy)),
            ("confined to", string.Join(", ", Brief.Confines)),
            ("first term ends", Words.Day(Brief.Until)),
            ("opens", string.Join(", ", Brief.Opens))
        );
}
