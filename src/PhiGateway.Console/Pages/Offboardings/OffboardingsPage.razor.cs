using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Offboardings;

/// <summary>Offboardings with their clocks.</summary>
public sealed partial class OffboardingsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required OffboardingsModel Model { get; set; }
}
