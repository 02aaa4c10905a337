using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Parts;

/// <summary>One number that leads to its records.</summary>
public sealed partial class Tile
{
    /// <summary>What is counted.</summary>
    [Parameter, EditorRequired]
    public required string Label { get; set; }

    /// <summary>The number.</summary>
    [Parameter, EditorRequired]
    public required string Value { get; set; }

    /// <summary>What it is compared with.</summary>
    [Parameter, EditorRequired]
    public required string Note { get; set; }

    /// <summary>Where its records are.</summary>
    [Parameter, EditorRequired]
    public required string Href { get; set; }

    /// <summary>allow, deny, warn, info or quiet.</summary>
    [Parameter]
    public string Kind { get; set; } = "quiet";
}
