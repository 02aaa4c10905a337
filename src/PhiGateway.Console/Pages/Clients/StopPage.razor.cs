using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>What stops with a client, and the step that stops it.</summary>
public sealed partial class StopPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required StopModel Model { get; set; }
}
