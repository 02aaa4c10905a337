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

    // One that is asked for by an address alone stands among them too.
    private IEnumerable<string> Kinds =>
        Model.Place.Kind is { } kind && !Model.Kinds.Contains(kind) ? Model.Kinds.Append(kind) : Model.Kinds;

    // What the form has no field for goes along with it.
    private IEnumerable<(string Name, string Value)> Kept
    {
        get
        {
            if (Model.Place.State != AlertPlace.Open)
            {
                yield return ("state", Model.Place.State);
            }

            if (Model.Place.Lane is { } lane)
            {
                yield return ("lane", lane);
            }

            if (Model.Place.IsMine)
            {
                yield return ("mine", "1");
            }
        }
    }

    private bool IsFiltered => (Model.Place with { Lane = null }).IsNarrowed;

    private static string ShownOf(AlertLanePage lane) =>
        lane.Items.Count == 0
            ? $"There are {Words.Number(lane.Total)}, and fewer than were passed over."
            : $"{Words.Number(lane.Skipped + 1)} to {Words.Number(lane.Skipped + lane.Items.Count)} of {Words.Number(lane.Total)}";

    private string Address(AlertLanePage lane, int skip) =>
        lane.Lane == AlertLanes.Closed
            ? (Model.Place with { State = AlertPlace.Closed, Lane = null, Skip = skip }).Address
            : (Model.Place with { State = AlertPlace.Open, Lane = lane.Lane, Skip = skip }).Address;

    // Which look like one case, though each stands in its row.
    private Dictionary<string, IReadOnlyList<Alert>> Groups =>
        field ??= CaseGrouping
            .Of(Model.Items.Select(static listed => listed.Alert).Where(alert => !Model.Cases.ContainsKey(alert.Id)))
            .SelectMany(static group => group.Alerts.Select(alert => (alert.Id, group.Alerts)))
            .ToDictionary(static pair => pair.Id, static pair => pair.Alerts, StringComparer.Ordinal);

    private bool Waits(Alert alert) => AlertLanes.Of(alert, Model.At) == AlertLanes.Waiting;
}
