using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Find;

/// <summary>What the search box found, by kind.</summary>
public sealed partial class FindPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required FindModel Model { get; set; }
}
