using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Strangers;

/// <summary>One stranger's request: what it says of itself, what is known of it, and the steps.</summary>
public sealed partial class StrangerPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required StrangerModel Model { get; set; }

    private static string OneOrNone(string? text, string none) => string.IsNullOrEmpty(text) ? none : text;
}
