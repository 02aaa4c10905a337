using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Trust;

/// <summary>The fleet log: its key, how much of it is cosigned, and how far every node's log has come.</summary>
public sealed partial class FleetOfTheTrail
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required FleetModel Model { get; set; }

    private static string Cosigned(FleetReport fleet) =>
        fleet.Witnessed is { } size ? $"{Words.Number(size)} heads" : "no: nobody is asked (Audit:Fleet:Witnessed)";
}
