using PhiGateway.Audit.Records;
using PhiGateway.Sinks.Events;

namespace PhiGateway.Sinks.Formats;

/// <summary>The OCSF 1.8 class and activity of an event.</summary>
/// <param name="Category">Number of the category.</param>
/// <param name="CategoryName">Its caption.</param>
/// <param name="Class">Number of the class.</param>
/// <param name="ClassName">Its caption.</param>
/// <param name="Activity">Number of the activity.</param>
/// <param name="ActivityName">Its caption.</param>
internal readonly record struct OcsfClass(int Category, string CategoryName, int Class, string ClassName, int Activity, string ActivityName)
{
    public const int ApiActivity = 6003;
    public const int Lifecycle = 6002;
    public const int Authentication = 3002;
    public const int AuthorizeSession = 3003;
    public const int EntityManagement = 3004;
    public const int DetectionFinding = 2004;

    private const string Iam = "Identity & Access Management";
    private const string Application = "Application Activity";
    private const string Other = "Other";

    public long TypeUid => (Class * 100L) + Activity;

    /// <summary>Where an event belongs.</summary>
    public static OcsfClass Of(SinkEvent of) =>
        of.Kind switch
        {
            AuditKind.Admin or AuditKind.Hold => Act(3, Iam, EntityManagement, "Entity Management", EventMeaning.ActOf(of)),
            AuditKind.Auth => new(3, Iam, Authentication, "Authentication", 1, "Logon"),
            AuditKind.Override => new(3, Iam, AuthorizeSession, "Authorize Session", 1, "Assign Privileges"),
            AuditKind.Detection => new(2, "Findings", DetectionFinding, "Detection Finding", 1, "Create"),
            AuditKind.System when of.Event == "audit.finding" => new(2, "Findings", DetectionFinding, "Detection Finding", 1, "Create"),
            AuditKind.System => LifecycleOf(of.Event),
            AuditKind.AuditUse => Act(6, Application, ApiActivity, "API Activity", DataAct.Read),
            AuditKind.Delivery => new(6, Application, ApiActivity, "API Activity", 99, Other),
            _ => Act(6, Application, ApiActivity, "API Activity", EventMeaning.ActOf(of)),
        };

    private static OcsfClass LifecycleOf(string name) =>
        name switch
        {
            "node.start" => new(6, Application, Lifecycle, "Application Lifecycle", 3, "Start"),
            "node.stop" => new(6, Application, Lifecycle, "Application Lifecycle", 4, "Stop"),
            _ => new(6, Application, Lifecycle, "Application Lifecycle", 99, Other),
        };

    private static OcsfClass Act(int category, string categoryName, int uid, string name, DataAct act) =>
        new(category, categoryName, uid, name, (int)act, act.ToString());
}
