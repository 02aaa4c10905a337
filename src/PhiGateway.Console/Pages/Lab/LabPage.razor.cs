using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Lab;

/// <summary>Tries a request, or a change of the registry against what was really asked; nothing is changed by it.</summary>
public sealed partial class LabPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required LabModel Model { get; set; }

    private TriedForm? Simulated => Model.Tried?.At("simulate");

    private TriedForm? Replayed => Model.Tried?.At("replay");

    private static string StyleOf(string outcome) =>
        outcome switch
        {
            "open" => "allow",
            "closed" => "deny",
            "not-judged" => "warn",
            _ => "quiet",
        };
}
