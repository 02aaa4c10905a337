using System.Collections.Frozen;

namespace PhiGateway.Admin.Calls;

/// <summary>Names the roles of the control plane; an endpoint names those that may call it, and a role implies no other.</summary>
public static class AdminRoles
{
    /// <summary>Reads the registry.</summary>
    public const string Viewer = "viewer";

    /// <summary>Reads the registry and searches the audit trail.</summary>
    public const string Auditor = "auditor";

    /// <summary>Writes the registry, but approves nothing.</summary>
    public const string Operator = "operator";

    /// <summary>Approves what somebody else asked for.</summary>
    public const string Approver = "approver";

    /// <summary>Writes the registry and manages admin keys, but neither approves nor searches the trail.</summary>
    public const string Admin = "admin";

    /// <summary>Reads the registry and stops whom it must: suspends, revokes, offboards. It opens nothing and writes nothing else.</summary>
    public const string Responder = "responder";

    /// <summary>
    /// Reads the registry, accounts for disclosures to patients, keeps the holds on that, and finds whom and what a client touched.
    /// </summary>
    public const string PrivacyOfficer = "privacy-officer";

    /// <summary>
    /// Reads and searches the trail as FHIR AuditEvents (IHE ITI-81), as a repository's consumer does, and nothing else.
    /// </summary>
    public const string AuditConsumer = "audit-consumer";

    /// <summary>Writes the memberships of rosters, as a feed does, and nothing else.</summary>
    public const string Feed = "feed";

    /// <summary>Opens and closes tasks, as a workflow engine does, and nothing else.</summary>
    public const string Workflow = "workflow";

    /// <summary>Asks what would be decided (AuthZEN), as the enforcement point of another system does, and nothing else.</summary>
    public const string EnforcementPoint = "enforcement-point";

    /// <summary>What a key is that its person has yet to claim; nobody is given it.</summary>
    internal const string Unclaimed = "unclaimed";

    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.Ordinal,
        Viewer,
        Auditor,
        Operator,
        Approver,
        Admin,
        Responder,
        PrivacyOfficer,
        AuditConsumer,
        Feed,
        Workflow,
        EnforcementPoint
    );

    /// <summary>Every role that reads the registry.</summary>
    public static IReadOnlyList<string> All { get; } = [Viewer, Auditor, Operator, Approver, Admin, Responder, PrivacyOfficer];

    /// <summary>Every role that a key may have.</summary>
    internal static IReadOnlyList<string> Given { get; } = [.. All, AuditConsumer, Feed, Workflow, EnforcementPoint];

    /// <summary>Whoever may change the registry.</summary>
    internal static IReadOnlyList<string> Writers { get; } = [Operator, Admin];

    /// <summary>Whoever keeps paths, alerts and reviews in order.</summary>
    internal static IReadOnlyList<string> Keepers { get; } = [Operator, Approver, Admin];

    /// <summary>Whoever may close a path in a hurry.</summary>
    internal static IReadOnlyList<string> Closers { get; } = [.. Keepers, Responder];

    /// <summary>Whoever may decide whether an emergency use was one, and reads for it what was said then.</summary>
    internal static IReadOnlyList<string> EmergencyDeciders { get; } = [Approver, Auditor, PrivacyOfficer];

    /// <summary>Whoever may put down that a partner was told of an offboarding.</summary>
    internal static IReadOnlyList<string> Notifiers { get; } = [.. Closers, PrivacyOfficer];

    /// <summary>Whoever reads the clocks of offboardings.</summary>
    internal static IReadOnlyList<string> OffboardingReaders { get; } = [.. Closers, Auditor, PrivacyOfficer];

    /// <summary>Whoever may learn which tokens are out for a client, without searching the trail: those who stop it, and auditors.</summary>
    internal static IReadOnlyList<string> TokenReaders { get; } = [.. Closers, Auditor];

    /// <summary>Whoever may learn how often clients called, without searching the trail: those who review and narrow them.</summary>
    internal static IReadOnlyList<string> UseReaders { get; } = [Auditor, Operator, Approver, Admin];

    /// <summary>Whoever may write memberships of rosters.</summary>
    internal static IReadOnlyList<string> Feeders { get; } = [.. Writers, Feed];

    /// <summary>Whoever may read tasks, which name patients: not who only looks, or only stops.</summary>
    internal static IReadOnlyList<string> TaskReaders { get; } = [Auditor, Operator, Approver, Admin, PrivacyOfficer, Workflow];

    /// <summary>Whoever may open and close tasks.</summary>
    internal static IReadOnlyList<string> TaskWriters { get; } = [.. Writers, Workflow];

    internal static bool IsKnown(string role) => Known.Contains(role);
}
