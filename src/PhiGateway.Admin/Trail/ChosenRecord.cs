using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>Which row of the store is the record of an id; made by <see cref="TrailProofs"/>.</summary>
/// <param name="Record">The row.</param>
/// <param name="Twins">Other rows of the same id, of which no node has written more than one; newest first.</param>
/// <param name="IsCertain">There is no other row, or this one is proven.</param>
internal sealed record ChosenRecord(AuditEntry Record, IReadOnlyList<AuditEntry> Twins, bool IsCertain);
