using PhiGateway.Console.Pages.Search;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>What the form that opens a patient shows.</summary>
/// <param name="Tenants">Tenants of this node.</param>
/// <param name="Tenant">What was chosen.</param>
/// <param name="Patient">What was typed. PHI: it stands in the answer to a form only, never in an address.</param>
/// <param name="Why">What was typed.</param>
/// <param name="Problem">Why it was not opened; null: it was not tried.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record PatientFormModel(
    IReadOnlyList<string> Tenants,
    string? Tenant,
    string? Patient,
    string? Why,
    string? Problem,
    string FormToken
);

/// <summary>Who saw one patient.</summary>
/// <param name="Key">Keyed hash that stands in the address.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="Why">The reason that was given.</param>
/// <param name="Viewers">Who saw the patient, the latest first.</param>
/// <param name="Lines">The records, newest first.</param>
/// <param name="Next">Address of the next page; null: this is the last.</param>
/// <param name="Accountable">How many of the disclosures shown must be accounted for.</param>
/// <param name="MayAccount">Whether the viewer may make the accounting for the patient.</param>
public sealed record PatientModel(
    string Key,
    string Tenant,
    string Why,
    IReadOnlyList<PatientViewer> Viewers,
    IReadOnlyList<TrailLine> Lines,
    string? Next,
    int Accountable,
    bool MayAccount
);

/// <summary>One client or person who saw the patient.</summary>
/// <param name="Who">Client or person.</param>
/// <param name="IsClient">Whether it is a client.</param>
/// <param name="Allowed">How often it was allowed.</param>
/// <param name="Refused">How often it was refused.</param>
/// <param name="Purposes">For what.</param>
/// <param name="Last">The last time.</param>
public sealed record PatientViewer(string Who, bool IsClient, int Allowed, int Refused, string Purposes, DateTimeOffset Last);
