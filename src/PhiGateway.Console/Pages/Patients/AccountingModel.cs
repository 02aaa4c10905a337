using PhiGateway.Admin.Accounting;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>What a patient is told about who received their data, and what the officer keeps beside it.</summary>
/// <param name="Key">Keyed hash that stands in the address.</param>
/// <param name="Report">The accounting.</param>
/// <param name="Holds">Holds of this patient that are in force.</param>
/// <param name="Requests">Requests of this patient, those that are due first.</param>
/// <param name="NotInForce">Which further rule is built and off, and why.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="Now">When the page was made.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record AccountingModel(
    string Key,
    AccountingReport Report,
    IReadOnlyList<DisclosureHold> Holds,
    IReadOnlyList<DisclosureRequest> Requests,
    string NotInForce,
    TriedForm? Tried,
    DateTimeOffset Now,
    string FormToken
)
{
    /// <summary>Address of the page.</summary>
    public string Path => $"/console/patient/{Uri.EscapeDataString(Key)}/accounting";
}
