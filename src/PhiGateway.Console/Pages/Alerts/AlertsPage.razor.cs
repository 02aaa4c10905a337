using System.Globalization;
using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Cases;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>The alerts in their lanes: to act on, to look at, and taken.</summary>
public sealed partial class AlertsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required AlertsModel Model { get; set; }

    private static string WordsOf(string lane) =>
        lane switch
        {
            AlertLanes.Act => "urgent, and nobody is at it",
            AlertLanes.Look => "to be looked at",
            AlertLanes.Noise => "likely honest; looked at together",
            AlertLanes.Taken => "somebody is at it",
            AlertLanes.Waiting => "due again at its time",
            _ => "with who closed it and why",
        };

    private string Address(AlertLanePage lane, int skip) =>
        Links.With(
            "/console/alerts",
            ("state", Model.IsClosed ? "closed" : null),
            ("lane", Model.IsClosed ? null : lane.Lane),
            ("skip", skip == 0 ? null : skip.ToString(CultureInfo.InvariantCulture))
        );

    // Which look like one case, though each stands in its row.
    private Dictionary<string, IReadOnlyList<Alert>> Groups =>
        field ??= CaseGrouping
            .Of(Model.Items.Select(static listed => listed.Alert).Where(alert => !Model.Cases.ContainsKey(alert.Id)))
            .SelectMany(static group => group.Alerts.Select(alert => (alert.Id, group.Alerts)))
            .ToDictionary(static pair => pair.Id, static pair => pair.Alerts, StringComparer.Ordinal);

    private bool Waits(Alert alert) => AlertLanes.Of(alert, Model.At) == AlertLanes.Waiting;
}
