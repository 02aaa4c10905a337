using PhiGateway.Audit.Records;

namespace PhiGateway.Sinks.Events;

/// <summary>What an event weighs and is called, in the words that all formats share.</summary>
internal static class EventMeaning
{
    /// <summary>1 informational, 2 low, 3 medium, 4 high, 5 critical: OCSF's scale.</summary>
    public static int SeverityOf(SinkEvent of) =>
        of.Kind switch
        {
            AuditKind.Override => 4,
            AuditKind.Detection => 4,
            AuditKind.System when of.Event is "audit.finding" or "journal.new" => 5,
            AuditKind.Outcome when of.Outcome == "unknown" => 3,
            _ when of.Reason is "revoked" or "suspended" or "replayed-proof" => 3,
            _ when of.Decision == "error" => 3,
            _ when of.Decision == "deny" => 2,
            _ when of.PatientState == "undetermined" => 2,
            AuditKind.Admin or AuditKind.Hold => 2,
            _ => 1,
        };

    /// <summary>One line for people; fixed words, nothing out of the record but its kind, event and reason.</summary>
    public static string TitleOf(SinkEvent of) =>
        of.Kind switch
        {
            AuditKind.Decision when of.Decision == "deny" => $"PHI access refused: {of.Reason}",
            AuditKind.Decision => $"PHI access decided: {of.Event}",
            AuditKind.Disclosure => $"PHI released: {of.Event}",
            AuditKind.Intent => $"PHI write forwarded: {of.Event}",
            AuditKind.Outcome => $"PHI write ended: {of.Outcome}",
            AuditKind.Delivery => $"Answer delivered: {of.Delivery}",
            AuditKind.Auth => $"Authentication: {of.Event}",
            AuditKind.Admin => $"Administration: {of.Event}",
            AuditKind.Override => $"Emergency access: {of.Event}",
            AuditKind.System => $"Node: {of.Event}",
            AuditKind.AuditUse => $"Audit trail used: {of.Event}",
            AuditKind.Detection => $"Detection: {of.Event}",
            AuditKind.Hold => $"Hold: {of.Event}",
            _ => of.Event,
        };

    /// <summary>The word of a kind, as it stands in records.</summary>
    public static string KindOf(SinkEvent of) =>
        of.Kind switch
        {
            AuditKind.AuditUse => "audit-use",
#pragma warning disable CA1308 // The trail's own words are lower case.
            _ => of.Kind.ToString().ToLowerInvariant(),
#pragma warning restore CA1308
        };

    /// <summary>What was done to data: create, read, update, delete, or other.</summary>
    public static DataAct ActOf(SinkEvent of) =>
        of.Interaction switch
        {
            "create" => DataAct.Create,
            "update" or "patch" => DataAct.Update,
            "delete" => DataAct.Delete,
            "batch" or "transaction" => DataAct.Other,
            not null => DataAct.Read,
            _ => of.Method switch
            {
                "GET" or "HEAD" => DataAct.Read,
                "POST" => DataAct.Create,
                "PUT" or "PATCH" => DataAct.Update,
                "DELETE" => DataAct.Delete,
                _ => DataAct.Other,
            },
        };
}

/// <summary>What was done to data; the numbers are OCSF's.</summary>
internal enum DataAct
{
    Unknown = 0,
    Create = 1,
    Read = 2,
    Update = 3,
    Delete = 4,
    Other = 99,
}
