using System.Globalization;
using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Alerts;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>The emergency uses that wait for a decision, and those that were decided.</summary>
public sealed partial class BreakGlassPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required AlertsModel Model { get; set; }

    private string LimitOf(Alert alert)
    {
        var left = EmergencyUses.DueOf(alert) - Model.At;
        return left <= TimeSpan.Zero ? $"overdue by {Words.Span(-left)}" : $"{Words.Span(left)} left";
    }

    private string LimitStyle(Alert alert) => EmergencyUses.DueOf(alert) <= Model.At ? "deny" : "warn";

    private string Address(AlertLanePage page) =>
        Links.With(
            "/console/break-glass",
            ("state", Model.Place.IsClosed ? "closed" : null),
            ("skip", (page.Skipped + page.Items.Count).ToString(CultureInfo.InvariantCulture))
        );
}
