using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Access;

/// <summary>The stages of a request's way with the moments that are on record.</summary>
public sealed partial class AccessStageList
{
    /// <summary>The stages; empty: nothing is shown.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<AccessStage> Model { get; set; }

    private static string StyleOf(string state) =>
        state switch
        {
            "passed" => "allow",
            "closed" => "deny",
            _ => "quiet",
        };
}
