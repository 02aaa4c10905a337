using PhiGateway.Admin.Alerts;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>What the screens that show alerts have in common.</summary>
internal static class AlertParts
{
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
