using PhiGateway.Admin.Clients;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Approvals;

/// <summary>What the queue of approvals shows.</summary>
/// <param name="Items">Clients that wait, those that wait longest first.</param>
/// <param name="Part">Which part of them this is.</param>
/// <param name="Why">Only those that wait for this reason; null: for any.</param>
/// <param name="Text">What was searched for; null: nothing.</param>
/// <param name="At">Now.</param>
/// <param name="Strangers">How many asked to be registered and are undecided; told on the first page.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record ApprovalsModel(
    IReadOnlyList<QueueEntry> Items,
    ListPart Part,
    string? Why,
    string? Text,
    DateTimeOffset At,
    int Strangers,
    string FormToken
)
{
    /// <summary>How many uses of PHI nobody has approved; told on the first page.</summary>
    public int Uses { get; init; }

    /// <summary>Whether less than the whole queue is asked for.</summary>
    public bool IsNarrowed => Why is not null || Text is not null;
}

/// <summary>What an approver sees of one client.</summary>
/// <param name="Brief">The whole in words.</param>
/// <param name="MayApprove">Whether the viewer is an approver at all.</param>
/// <param name="Tried">The form that was refused; null: it was not tried.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record ApprovalModel(ApprovalBrief Brief, bool MayApprove, TriedForm? Tried, string FormToken)
{
    /// <summary>Whether the viewer reads the history of the registry.</summary>
    public bool MayReadHistory { get; init; }

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
