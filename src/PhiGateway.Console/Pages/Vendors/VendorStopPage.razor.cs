using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Vendors;

/// <summary>What stops with an organization, and the step that stops it.</summary>
public sealed partial class VendorStopPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required VendorStopModel Model { get; set; }
}
