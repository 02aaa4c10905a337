using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>The emergency uses that wait for a decision, and those that were decided.</summary>
public sealed partial class BreakGlassPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required AlertsModel Model { get; set; }
}
