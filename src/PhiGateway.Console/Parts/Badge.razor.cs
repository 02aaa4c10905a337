using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Parts;

/// <summary>A state in a word, with a sign of its own beside its colour.</summary>
public sealed partial class Badge
{
    /// <summary>allow, deny, warn, info or quiet.</summary>
    [Parameter, EditorRequired]
    public required string Kind { get; set; }

    /// <summary>The word.</summary>
    [Parameter, EditorRequired]
    public required string Text { get; set; }

    /// <summary>The sign of a kind.</summary>
    internal static string GlyphOf(string kind) =>
        kind switch
        {
            "allow" => "✓",
            "deny" => "✕",
            "warn" => "!",
            "info" => "i",
            _ => "–",
        };
}
