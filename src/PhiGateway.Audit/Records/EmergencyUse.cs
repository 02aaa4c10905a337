namespace PhiGateway.Audit.Records;

/// <summary>
/// The words that mark the record of an emergency use, beside that of the access itself: the data plane writes them, the control plane
/// looks for them.
/// </summary>
public static class EmergencyUse
{
    /// <summary>Name of the event.</summary>
    public const string Event = "break-glass";

    /// <summary>The actor by which all of them are found: no person's name.</summary>
    public const string Actor = "emergency";
}
