using System.Security.Cryptography;
using System.Text;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Detection;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Names the kinds of alerts that the gateway itself raises, and refuses to let anybody write one: whoever put one there first would keep
/// the gateway's own from being raised.
/// </summary>
internal static class AlertKinds
{
    /// <summary>A door with a date will close.</summary>
    public const string DoorClosing = "door-closing";

    /// <summary>An accountable owner has left.</summary>
    public const string OwnerLeft = "owner-left";

    /// <summary>A roster has grown by much.</summary>
    public const string RosterGrew = "roster-grew";

    /// <summary>Many tasks were given to one client.</summary>
    public const string TasksGrew = "tasks-grew";

    /// <summary>The trail is not what was recorded.</summary>
    public const string AuditFinding = "audit-finding";

    /// <summary>Somebody used an emergency right.</summary>
    public const string Emergency = EmergencyUse.Event;

    /// <summary>A client has not called for long.</summary>
    public const string Dormant = "dormant";

    /// <summary>An access review waits for answers, or closed a path because it had none.</summary>
    public const string ReviewDue = "review-due";

    /// <summary>A transmitter of shared signals spoke of a person, or of a client that no machine closes.</summary>
    public const string SharedSignal = "shared-signal";

    /// <summary>A transmitter of shared signals asked for more than may be closed in an hour.</summary>
    public const string SignalsHeld = "signals-held";

    /// <summary>A transmitter of shared signals is not heard any more.</summary>
    public const string SignalsSilent = "signals-silent";

    /// <summary>A transmitter of shared signals was asked to verify its stream, and no verification came.</summary>
    public const string SignalsUnverified = "signals-unverified";

    /// <summary>A node of the fleet reports no more.</summary>
    public const string NodeSilent = "node-silent";

    // What the watch finds is raised under the name of its rule.
    private static readonly string[] Raised =
    [
        DoorClosing,
        OwnerLeft,
        RosterGrew,
        TasksGrew,
        AuditFinding,
        Emergency,
        Dormant,
        ReviewDue,
        SharedSignal,
        SignalsHeld,
        SignalsSilent,
        SignalsUnverified,
        NodeSilent,
        .. TrailWatch.FindingNames,
    ];

    /// <summary>The id of an alert about one thing: the same on every node, so that whoever comes second finds it there.</summary>
    /// <param name="kind">Its kind, or the rule that began the incident.</param>
    /// <param name="what">What it is about, whole; does not have to be readable.</param>
    public static string IdOf(string kind, string what) =>
        $"{kind}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)).AsSpan(0, 12))}";

    /// <summary>Whether an alert is one that the gateway raised.</summary>
    public static bool IsOurs(Alert alert) => IsOurs(alert.Kind, alert.Id);

    /// <summary>Whether an alert by that kind or id is the gateway's to raise; its ids begin with their kind.</summary>
    public static bool IsOurs(string kind, string id) =>
        Raised.Any(raised =>
            string.Equals(kind, raised, StringComparison.OrdinalIgnoreCase)
            || id.StartsWith(raised + "-", StringComparison.OrdinalIgnoreCase)
        );
}
