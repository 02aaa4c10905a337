using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Search;

/// <summary>What arrives in the trail while somebody looks; the script asks again by itself, and a link does the same without it.</summary>
public sealed partial class TailPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required TailModel Model { get; set; }
}
