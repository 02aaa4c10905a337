using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Design;

/// <summary>Every part of which the pages are made, on one page.</summary>
public sealed partial class DesignPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required DesignModel Model { get; set; }
}
