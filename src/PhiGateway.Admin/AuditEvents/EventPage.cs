namespace PhiGateway.Admin.AuditEvents;

/// <summary>One page of AuditEvents.</summary>
/// <param name="Events">Newest first.</param>
/// <param name="Next">Where the next page begins; null: this is the last.</param>
internal sealed record EventPage(IReadOnlyList<FhirEvent> Events, EventPlace? Next);
