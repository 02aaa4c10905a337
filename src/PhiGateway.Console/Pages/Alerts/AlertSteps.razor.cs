using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Alerts;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>The steps that the viewer may take on one alert.</summary>
public sealed partial class AlertSteps
{
    /// <summary>The alert.</summary>
    [Parameter, EditorRequired]
    public required ListedAlert Model { get; set; }

    /// <summary>What the viewer may do.</summary>
    [Parameter, EditorRequired]
    public required AlertRights Rights { get; set; }

    private static readonly (string Hours, string Words)[] Waits =
    [
        ("4", "4 hours"),
        ("24", "a day"),
        ("168", "a week"),
        ("720", "30 days"),
    ];

    private TriedForm? Tried => Rights.Tried?.Of == Model.Alert.Id ? Rights.Tried : null;

    private TriedForm? At(string step) => Tried?.At(step, Model.Alert.Id);
}
