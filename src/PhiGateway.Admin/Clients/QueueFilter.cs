using PhiGateway.Admin.Calls;

namespace PhiGateway.Admin.Clients;

/// <summary>Narrows the queue of approvals; what is null does not narrow it. Taken by <see cref="ClientReports"/>.</summary>
/// <param name="Why">Only those that wait for this reason.</param>
/// <param name="Text">Only where a part of the client's id, its use case or who asked is this.</param>
internal sealed record QueueFilter(string? Why = null, string? Text = null)
{
    /// <summary>Why a client may wait.</summary>
    public static IReadOnlyList<string> Reasons { get; } = ["never-approved", "changed", "expired"];

    /// <summary>The refusal of a reason that is none; null: it is one, or none is asked for.</summary>
    public static AdminProblem? Check(string? why) =>
        why is null || Reasons.Contains(why) ? null : AdminProblem.BadParameter("why", "never-approved, changed or expired is expected.");

    /// <summary>Whether an entry is among those asked for.</summary>
    public bool Covers(QueueEntry entry) =>
        (Why is null || entry.Why == Why)
        && (Text is null || Has(entry.Client) || Has(entry.UseCase) || Has(entry.RequestedBy) || Has(entry.ChangedBy));

    private bool Has(string? name) => name?.Contains(Text!, StringComparison.OrdinalIgnoreCase) == true;
}
