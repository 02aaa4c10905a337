using PhiGateway.Audit.Records;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>Says which of IHE's Basic Audit Log Patterns (BALP 1.1.4) an allowed access keeps to, and its codes.</summary>
internal static class RestProfiles
{
    /// <summary>FHIR's code of an interaction; null: it has none.</summary>
    public static string? CodeOf(string interaction) =>
        interaction switch
        {
            "v-read" or "vread" => "vread",
            "search-page" => "search-type",
            "capabilities" or "batch" or "transaction" or "operation" or "read" or "search-type" or "search-system" => interaction,
            "create" or "update" or "patch" or "delete" or "history-instance" or "history-type" or "history-system" => interaction,
            _ => null,
        };

    /// <summary>C, R, U, D, or E for what is executed.</summary>
    public static char ActionOf(string? interaction) =>
        interaction switch
        {
            "create" => 'C',
            "update" or "patch" => 'U',
            "delete" => 'D',
            "read" or "v-read" or "vread" or "history-instance" or "history-type" or "history-system" => 'R',
            _ => 'E',
        };

    /// <summary>The same of a method, for the control plane's calls.</summary>
    public static char ActionOfMethod(string? method) =>
        method switch
        {
            "POST" => 'C',
            "PUT" or "PATCH" => 'U',
            "DELETE" => 'D',
            "GET" or "HEAD" => 'R',
            _ => 'E',
        };

    /// <summary>
    /// The profile: IHE's when the record has all that it demands (an address of the caller, an upstream, exactly one resource, or a query),
    /// else the gateway's own.
    /// </summary>
    public static string Of(AuditRecord record, string? patient)
    {
        var isDone = record.Kind == AuditKind.Disclosure || record is { Kind: AuditKind.Outcome, Outcome: "applied" };
        if (!isDone || record.Decision is not ("permit" or "") || record.Peer is null || record.Client is null)
        {
            return EventProfiles.Access;
        }

        var one = record.Resources.Count == 1 && record.ResourceCount <= 1;
        return record.Interaction switch
        {
            "read" or "v-read" or "vread" when one => patient is null ? EventProfiles.Read : EventProfiles.PatientRead,
            "search-type" or "search-system" or "search-page" when record.RawTarget is not null => patient is null
                ? EventProfiles.Query
                : EventProfiles.PatientQuery,
            "create" when one => patient is null ? EventProfiles.Create : EventProfiles.PatientCreate,
            "update" or "patch" when one => patient is null ? EventProfiles.Update : EventProfiles.PatientUpdate,
            "delete" when one => patient is null ? EventProfiles.Delete : EventProfiles.PatientDelete,
            _ => EventProfiles.Access,
        };
    }

    /// <summary>Whether a profile is IHE's.</summary>
    public static bool IsBalp(string profile) => !profile.StartsWith(OwnProfiles.Prefix, StringComparison.Ordinal);

    /// <summary>Whether a profile is that of a search.</summary>
    public static bool IsQuery(string profile) => profile is EventProfiles.Query or EventProfiles.PatientQuery;
}
