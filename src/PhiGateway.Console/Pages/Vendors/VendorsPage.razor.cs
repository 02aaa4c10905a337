using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Vendors;

/// <summary>Organizations with their agreements, modules and clients.</summary>
public sealed partial class VendorsPage
{
    private const int MostClients = 50;
    private const int MostFindings = 5;

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required VendorsModel Model { get; set; }

    private string Uncounted =>
        Model switch
        {
            { Counting: not null } => "being counted",
            { MayRead: true } => "cannot be reached now",
            _ => "shown to auditors",
        };

    private static string RecordsOf(string organization, VendorTraffic traffic, string decision) =>
        Links.Audit(traffic.From, decision: decision, organization: organization);
}
