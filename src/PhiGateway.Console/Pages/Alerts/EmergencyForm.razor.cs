using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Alerts;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>The decision over one emergency use, for whoever may decide.</summary>
public sealed partial class EmergencyForm
{
    /// <summary>The emergency use.</summary>
    [Parameter, EditorRequired]
    public required ListedAlert Model { get; set; }

    /// <summary>What the viewer may do.</summary>
    [Parameter, EditorRequired]
    public required AlertRights Rights { get; set; }
}
