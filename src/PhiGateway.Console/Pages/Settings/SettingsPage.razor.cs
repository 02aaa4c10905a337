using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Pages.Settings;

/// <summary>Who is signed in, what that permits, and what is in force on this node.</summary>
public sealed partial class SettingsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required SettingsModel Model { get; set; }
}
