using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Vendors;

/// <summary>Organizations with their agreements, modules and clients.</summary>
public sealed partial class VendorsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required VendorsModel Model { get; set; }
}
