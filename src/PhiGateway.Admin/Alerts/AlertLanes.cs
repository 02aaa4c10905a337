using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Says in which lane of the inbox an alert stands now: one answer for every screen, so that what one counts the other shows.
/// </summary>
public static class AlertLanes
{
    /// <summary>Urgent, and nobody is at it.</summary>
    public const string Act = "act";

    /// <summary>To be looked at.</summary>
    public const string Look = "look";

    /// <summary>Likely honest.</summary>
    public const string Noise = "noise";

    /// <summary>Somebody is at it.</summary>
    public const string Taken = "taken";

    /// <summary>It waits until its time.</summary>
    public const string Waiting = "waiting";

    /// <summary>It is dealt with.</summary>
    public const string Closed = "closed";

    /// <summary>The lanes of what is not closed, in the order in which somebody should look.</summary>
    public static IReadOnlyList<string> Open { get; } = [Act, Look, Noise, Taken, Waiting];

    /// <summary>The lane of an alert at a moment.</summary>
    public static string Of(Alert alert, DateTimeOffset now) =>
        alert switch
        {
            { State: AlertState.Closed } => Closed,
            _ when alert.SnoozedUntil > now => Waiting,
            { State: AlertState.Acknowledged } => Taken,
            { Severity: AlertSeverity.Urgent } or { Lane: AlertLane.Act } => Act,
            { Lane: AlertLane.Noise } => Noise,
            _ => Look,
        };
}
