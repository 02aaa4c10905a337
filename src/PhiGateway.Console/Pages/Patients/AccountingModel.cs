using PhiGateway.Admin.Accounting;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>What a patient is told about who received their data, and what the officer keeps beside it.</summary>
/// <param name="Key">Keyed hash that stands in the address.</param>
/// <param name="Report">The accounting.</param>
/// <param name="Holds">Holds of this patient that are in force.</param>
/// <param name="Requests">Requests of this patient, those that are due first.</param>
/// <param name="NotInForce">Which further rule is built and off, and why.</param>
/// <param name="Typed">What was typed into a form that was refused.</param>
/// <param name="Problem">Why it was refused; null: nothing was.</param>
/// <param name="MaySearch">Whether the viewer may see the records too.</param>
/// <param name="Now">When the page was made.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record AccountingModel(
    string Key,
    AccountingReport Report,
    IReadOnlyList<DisclosureHold> Holds,
    IReadOnlyList<DisclosureRequest> Requests,
    string NotInForce,
    AccountingTyped Typed,
    string? Problem,
    bool MaySearch,
    DateTimeOffset Now,
    string FormToken
)
{
    /// <summary>Address of the page.</summary>
    public string Path => $"/console/patient/{Uri.EscapeDataString(Key)}/accounting";
}

/// <summary>What was typed into the forms of the accounting.</summary>
/// <param name="Agency">Who asks for a hold.</param>
/// <param name="Reason">Why.</param>
/// <param name="Until">Until which day.</param>
/// <param name="Organization">Whose disclosures are held; null: all.</param>
/// <param name="IsOral">By word of mouth.</param>
/// <param name="Received">Day on which a request was received.</param>
public sealed record AccountingTyped(string? Agency, string? Reason, string? Until, string? Organization, bool IsOral, string? Received);
