using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Http;

/// <summary>Asks for a fresh sign-in before a step, and shows the step afterwards, as it was filled in.</summary>
public sealed partial class HeldPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required HeldModel Model { get; set; }

    private string Title =>
        Model switch
        {
            { IsFresh: false } => "Sign in again for this",
            { IsLed: true } => "Do you want to take this?",
            _ => "You are signed in anew",
        };
}
