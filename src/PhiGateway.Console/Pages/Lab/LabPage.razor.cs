using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Lab;

/// <summary>Tries a request, or a change of the registry against what was really asked; nothing is changed by it.</summary>
public sealed partial class LabPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required LabModel Model { get; set; }

    private static string StyleOf(string outcome) =>
        outcome switch
        {
            "open" => "allow",
            "closed" => "deny",
            "not-judged" => "warn",
            _ => "quiet",
        };
}
