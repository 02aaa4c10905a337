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

    /// <summary>Since when its records are shown.</summary>
    [Parameter, EditorRequired]
    public required DateTimeOffset From { get; set; }

    /// <summary>Whether the viewer searches the trail.</summary>
    [Parameter, EditorRequired]
    public required bool MayRead { get; set; }

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

    // What the trail can be asked for; null: records are not told apart by it.
    private string? RecordsOf(UsedElement one)
    {
        if (!MayRead || one.Count == 0)
        {
            return null;
        }

        return one.Kind switch
        {
            "interaction" when one.Name.Split(' ') is [var type, var word] => Links.Audit(
                From,
                client: Model.Client,
                type: type,
                interaction: InteractionOf(word)
            ),
            "tenant" => Links.Audit(From, client: Model.Client, tenant: one.Name),
            "purpose" => Links.Audit(From, client: Model.Client, purpose: one.Name),
            _ => null,
        };
    }

    // Grants name several interactions in one word; null: by the type alone.
    private static string? InteractionOf(string word) =>
        word switch
        {
            "read" or "vread" or "create" or "update" or "patch" or "delete" => word,
            "search" => "search-type",
            _ => null,
        };

    private static string PatientsOf(long patients, PatientCount are) =>
        are switch
        {
            PatientCount.About => "about " + Words.Number(patients),
            PatientCount.AtLeast => "at least " + Words.Number(patients),
            _ => Words.Number(patients),
        };
}
