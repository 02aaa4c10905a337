namespace PhiGateway.Audit.Shipping;

/// <summary>One page of the trail.</summary>
/// <param name="Entries">Newest first.</param>
/// <param name="Next">Cursor of the next page; null at the end.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, string? Next);
