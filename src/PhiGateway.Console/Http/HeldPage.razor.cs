using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Http;

/// <summary>Asks for a fresh sign-in before a step, and shows the step afterwards, as it was filled in.</summary>
public sealed partial class HeldPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required HeldModel Model { get; set; }
}
