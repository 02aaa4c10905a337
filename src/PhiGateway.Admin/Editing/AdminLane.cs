using PhiGateway.Audit.Journal;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Chooses the lane of the journal for an administrative act: what closes a door finds room to the last, so that a flood of refusals or a
/// store that is away never keeps a revocation out.
/// </summary>
internal static class AdminLane
{
    private static readonly string[] Closing =
    [
        "revoke",
        "revocation.create",
        "suspend",
        "quarantine",
        "throttle",
        "terminate",
        "offboard",
        "left",
        "retire",
        "disable",
        "end",
    ];

    /// <summary>The lane of an act by its event, such as <c>client.revoke</c>.</summary>
    public static AuditLane Of(string @event)
    {
        foreach (var word in Closing)
        {
            if (@event == word || @event.EndsWith("." + word, StringComparison.Ordinal))
            {
                return AuditLane.Reserved;
            }
        }

        return AuditLane.Ordinary;
    }
}
