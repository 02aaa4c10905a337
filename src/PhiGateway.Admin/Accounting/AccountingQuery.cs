namespace PhiGateway.Admin.Accounting;

/// <summary>Asks for the accounting of disclosures of one patient; in a body only.</summary>
/// <param name="Tenant">Tenant.</param>
/// <param name="Patient">Logical id of the patient, with or without <c>Patient/</c>. PHI.</param>
/// <param name="From">From this moment on; null: as far back as the rule reaches.</param>
/// <param name="To">Before this moment; null: now.</param>
/// <param name="Request">Id of the request that this answers; null: none.</param>
/// <param name="Rule">Which rule accounts; null: <c>hipaa</c>.</param>
public sealed record AccountingQuery(
    string Tenant,
    string Patient,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    Guid? Request = null,
    string? Rule = null
);
