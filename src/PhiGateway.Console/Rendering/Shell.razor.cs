using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Rendering;

/// <summary>The frame around every page: navigation, search, who is signed in, and what of the view is on record.</summary>
public sealed partial class Shell
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ShellModel Model { get; set; }
}
