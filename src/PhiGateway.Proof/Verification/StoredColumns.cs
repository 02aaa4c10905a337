using PhiGateway.Audit.Shipping;

namespace PhiGateway.Proof.Verification;

/// <summary>Compares the index columns of a stored record with those that its body gives; called by the verifier of records.</summary>
internal static class StoredColumns
{
    public static bool AreThoseOf(AuditEntry read, AuditEntry stored) =>
        read.Id == stored.Id
        && read.ParentId == stored.ParentId
        && read.Kind == stored.Kind
        && Same(read.Event, stored.Event)
        // A store may keep microseconds; the body keeps all.
        && (read.Time - stored.Time).Duration() < TimeSpan.FromMilliseconds(1)
        && Same(read.Decision, stored.Decision)
        && Same(read.Reason, stored.Reason)
        && Same(read.Client, stored.Client)
        && Same(read.Tenant, stored.Tenant)
        && Same(read.Actor, stored.Actor)
        && read.Status == stored.Status
        && Same(read.ResourceType, stored.ResourceType)
        && Same(read.Interaction, stored.Interaction)
        && stored.Unreadable is null
        && stored.IsFiled;

    // A database takes no NUL: the store writes the replacement character in its place.
    private static bool Same(string? read, string? stored) =>
        string.Equals(read?.Replace('\0', '\uFFFD'), stored, StringComparison.Ordinal);
}
