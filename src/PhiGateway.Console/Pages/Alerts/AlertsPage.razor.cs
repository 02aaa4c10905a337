using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>The alerts in their lanes: to act on, to look at, and taken.</summary>
public sealed partial class AlertsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required AlertsModel Model { get; set; }

    private IEnumerable<(string Lane, string Words, string Kind, IReadOnlyList<ListedAlert> Items)> Lanes =>
        Model.IsClosed
            ? [("closed", "with who closed it and why", "quiet", Model.Items)]
            :
            [
                (
                    "act",
                    "urgent, and nobody is at it",
                    "deny",
                    Of(static alert => alert is { State: AlertState.Open, Severity: AlertSeverity.Urgent })
                ),
                (
                    "look",
                    "to be looked at",
                    "warn",
                    Of(static alert => alert is { State: AlertState.Open, Severity: AlertSeverity.Warning })
                ),
                ("taken", "somebody is at it", "info", Of(static alert => alert.State == AlertState.Acknowledged)),
            ];

    private List<ListedAlert> Of(Func<Alert, bool> belongs) => [.. Model.Items.Where(listed => belongs(listed.Alert))];
}
