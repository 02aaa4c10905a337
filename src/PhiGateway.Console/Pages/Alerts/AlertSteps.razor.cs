using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Alerts;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>The steps that the viewer may take on one alert.</summary>
public sealed partial class AlertSteps
{
    /// <summary>The alert.</summary>
    [Parameter, EditorRequired]
    public required ListedAlert Model { get; set; }

    /// <summary>The screen it stands on.</summary>
    [Parameter, EditorRequired]
    public required AlertsModel All { get; set; }
}
