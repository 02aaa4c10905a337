using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Accounting;
using PhiGateway.Audit.Records;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>The accounting of one patient's disclosures, as it is printed, and the register of holds and requests beside it.</summary>
public sealed partial class AccountingPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required AccountingModel Model { get; set; }

    private int Recipients => Model.Report.Disclosures.Select(static line => line.Recipient).Distinct().Count();

    private TriedForm? Hold => Model.Tried?.At("hold");

    private static string StateOf(DisclosureRequest request) =>
        request switch
        {
            { Answered: not null, IsLate: true } => "answered late",
            { Answered: not null } => "answered",
            { IsLate: true } => "late",
            _ => "open",
        };

    private static string StyleOf(DisclosureRequest request) =>
        request switch
        {
            { IsLate: true } => "deny",
            { Answered: not null } => "allow",
            _ => "warn",
        };

    // The classes that the data plane writes, in words.
    private static string ClassOf(string name) =>
        name switch
        {
            AccountingClass.Use => "to the hospital's own programs, which is a use",
            AccountingClass.Treatment => "for treatment",
            AccountingClass.Payment => "for payment",
            AccountingClass.Operations => "for health care operations",
            AccountingClass.Individual => "to the patient",
            AccountingClass.Involved => "to persons involved in the care",
            AccountingClass.Directory => "for the facility's directory",
            _ => name,
        };

    private string LeftOf(DisclosureRequest request) =>
        Words.DaysLeft(DateOnly.FromDateTime(request.Due.UtcDateTime), DateOnly.FromDateTime(Model.Now.UtcDateTime));

    private static string Span(AccountedDisclosure line) =>
        line.Count == 1 ? Day(line.First) : $"{Day(line.First)} to {Day(line.Last)}, {Words.Number(line.Count)} times";

    private static string Day(DateTimeOffset at) => Words.Day(DateOnly.FromDateTime(at.UtcDateTime));
}
