using PhiGateway.Admin.Alerts;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>What the screens that show alerts have in common.</summary>
internal static class AlertParts
{
    /// <summary>What of an alert a page has shown to whoever acts on it.</summary>
    public static string SeenOf(Alert alert) =>
        SeenState.Of(
            ("state", Words.Kebab(alert.State)),
            ("dealt with by", alert.AssignedTo ?? alert.HandledBy),
            ("waits until", alert.SnoozedUntil is { } until ? Words.Minute(until) : null),
            ("evidence", alert.Evidence),
            ("closed because", alert.Resolution)
        );

    /// <summary>Which known risk and technique it stands for; null: none.</summary>
    public static string? RiskOf(Alert alert)
    {
        var technique = alert.Technique is { } known ? "ATT&CK " + known : null;
        return alert.Risk is { } risk && technique is not null ? $"{risk} · {technique}" : alert.Risk ?? technique;
    }

    /// <summary>Style of a lane.</summary>
    public static string StyleOf(string lane) =>
        lane switch
        {
            AlertLanes.Act => "deny",
            AlertLanes.Look => "warn",
            AlertLanes.Taken => "info",
            _ => "quiet",
        };
}
