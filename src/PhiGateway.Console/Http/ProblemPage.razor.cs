using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Http;

/// <summary>Shows a refusal or a fault in words, with what to name when asking about it.</summary>
public sealed partial class ProblemPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ProblemModel Model { get; set; }
}
