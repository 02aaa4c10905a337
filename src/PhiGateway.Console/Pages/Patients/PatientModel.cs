using PhiGateway.Admin.Accounting;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>What the form that opens a patient shows.</summary>
/// <param name="Tenants">Tenants of this node.</param>
/// <param name="Tenant">What was chosen.</param>
/// <param name="Tried">The form that was refused, with what was typed. PHI: it stands in the answer to a form only, never in an address.
/// Null: it was not tried.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record PatientFormModel(IReadOnlyList<string> Tenants, string? Tenant, TriedForm? Tried, string FormToken);

/// <summary>Who saw one patient.</summary>
/// <param name="Key">Keyed hash that stands in the address.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="Why">The reason that was given.</param>
/// <param name="Views">Who saw the patient, over every record there is.</param>
/// <param name="CountedAt">When that was counted.</param>
/// <param name="Lines">One page of the records, newest first.</param>
/// <param name="Only">Whose records only, in words; null: everybody's.</param>
/// <param name="Next">Address of the next page; null: this is the last.</param>
/// <param name="MayAccount">Whether the viewer may make the accounting for the patient.</param>
public sealed record PatientModel(
    string Key,
    string Tenant,
    string Why,
    PatientViewsReport Views,
    DateTimeOffset CountedAt,
    IReadOnlyList<TrailLine> Lines,
    string? Only,
    string? Next,
    bool MayAccount
);
