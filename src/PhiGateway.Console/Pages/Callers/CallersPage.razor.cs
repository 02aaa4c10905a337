using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Callers;

/// <summary>Callers that nobody registered, with what they tried.</summary>
public sealed partial class CallersPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required CallersModel Model { get; set; }
}
