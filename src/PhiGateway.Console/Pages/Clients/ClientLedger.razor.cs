using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Clients;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>What a client used of each element of its grants, as the watch of this node knows it: what was never used stands first.</summary>
public sealed partial class ClientLedger
{
    // Grants of a client have some dozen elements; the answer of the API has all.
    private const int MostOfKind = 50;
    private const int MostUses = 100;

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required UsageReport Model { get; set; }

    private IEnumerable<IGrouping<string, UsedElement>> Kinds => Model.Elements.GroupBy(static one => one.Kind);

    private int Granted => Model.Elements.Count(static one => one.Granted == true);

    private int Unused => Model.Elements.Count(static one => one is { Granted: true, Last: null });

    private static string TitleOf(string kind) =>
        kind switch
        {
            "interaction" => "Types and interactions",
            "operation" => "Operations",
            "include" => "Includes",
            "label" => "Labels let out",
            "element" => "Elements asked for by name",
            "tenant" => "Tenants",
            "purpose" => "Purposes",
            _ => kind,
        };

    private static (string Style, string Text) StateOf(UsedElement one) =>
        one switch
        {
            { Granted: true, Last: null } => ("warn", "granted, never used"),
            { Granted: true } => ("allow", "granted, used"),
            { Granted: null } => ("quiet", "needs no grant of its own"),
            _ => ("info", "used, and named by no grant now"),
        };

    private static string PatientsOf(long patients, PatientCount are) =>
        are switch
        {
            PatientCount.About => "about " + Words.Number(patients),
            PatientCount.AtLeast => "at least " + Words.Number(patients),
            _ => Words.Number(patients),
        };
}
