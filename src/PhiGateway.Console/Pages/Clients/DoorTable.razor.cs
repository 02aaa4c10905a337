using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Clients;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>The doors of a client's path, open or closed, with the date on which each closes by itself.</summary>
public sealed partial class DoorTable
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<DoorReport> Model { get; set; }

    private static (string Kind, string Text) StateOf(DoorReport door) =>
        door switch
        {
            { Open: false } => ("deny", "closed"),
            { Closing: true } => ("warn", "closing"),
            _ => ("allow", "open"),
        };
}
