using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Cases;
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
                ("act", "urgent, and nobody is at it", "deny", Of(alert => IsNew(alert) && IsUrgent(alert))),
                ("look", "to be looked at", "warn", Of(alert => IsNew(alert) && !IsUrgent(alert) && alert.Lane != AlertLane.Noise)),
                (
                    "noise",
                    "likely honest; looked at together",
                    "quiet",
                    Of(alert => IsNew(alert) && !IsUrgent(alert) && alert.Lane == AlertLane.Noise)
                ),
                ("taken", "somebody is at it", "info", Of(alert => alert.State == AlertState.Acknowledged && !Waits(alert))),
                ("waiting", "due again at its time", "quiet", Of(Waits)),
            ];

    // Which look like one case, though each stands in its row.
    private Dictionary<string, IReadOnlyList<Alert>> Groups =>
        field ??= CaseGrouping
            .Of(Model.Items.Select(static listed => listed.Alert).Where(alert => !Model.Cases.ContainsKey(alert.Id)))
            .SelectMany(static group => group.Alerts.Select(alert => (alert.Id, group.Alerts)))
            .ToDictionary(static pair => pair.Id, static pair => pair.Alerts, StringComparer.Ordinal);

    private bool Waits(Alert alert) => alert.State != AlertState.Closed && alert.SnoozedUntil > Model.At;

    private bool IsNew(Alert alert) => alert.State == AlertState.Open && !Waits(alert);

    private static bool IsUrgent(Alert alert) => alert.Severity == AlertSeverity.Urgent || alert.Lane == AlertLane.Act;

    private List<ListedAlert> Of(Func<Alert, bool> belongs) => [.. Model.Items.Where(listed => belongs(listed.Alert))];
}
