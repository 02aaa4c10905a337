using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>
/// Makes AuditEvents of a stored record: one for each patient, since a patient's own event must not name another; one when there is none.
/// </summary>
internal static class EventFactory
{
    /// <summary>Begins the second part of an event's id, where a record makes several.</summary>
    public const char Part = '.';

    private const string TokenEvents = "token.";

    /// <summary>The events of a record, in the order of its patients.</summary>
    public static IReadOnlyList<FhirEvent> Make(AuditEntry entry, AuditRecord record)
    {
        if (record.Patients.Count == 0)
        {
            return [Of(entry, record, entry.Id.ToString("D"), null, null)];
        }

        var events = new List<FhirEvent>(record.Patients.Count);
        for (var i = 0; i < record.Patients.Count; i++)
        {
            var id = record.Patients.Count == 1 ? entry.Id.ToString("D") : $"{entry.Id:D}{Part}{i + 1}";
            events.Add(Of(entry, record, id, record.Patients[i], CoverageWords.Of(record, i)));
        }

        return events;
    }

    private static FhirEvent Of(AuditEntry entry, AuditRecord record, string id, string? patient, string? coverage)
    {
        var (profile, type, subtypes, outcome) = Kind(record, patient);
        return new FhirEvent
        {
            Id = id,
            Profile = profile,
            Type = type,
            Subtypes = subtypes,
            Action = ActionOf(record),
            Recorded = record.Time,
            Outcome = outcome,
            OutcomeDesc = record.Note == entry.GoneNote ? entry.GoneNote : DescribeOutcome(record),
            Purposes = EventAgents.PurposesOf(record),
            Agents = EventAgents.Of(entry, record, profile),
            Site = record.Tenant,
            Observer = entry.Log.Split('/')[0],
            Entities = EventEntities.Of(entry, record, profile, patient, coverage),
        };
    }

    private static (string Profile, FhirCoding Type, IReadOnlyList<FhirCoding> Subtypes, string Outcome) Kind(
        AuditRecord record,
        string? patient
    ) =>
        record.Kind switch
        {
            AuditKind.Disclosure or AuditKind.Intent or AuditKind.Delivery or AuditKind.Outcome => (
                RestProfiles.Of(record, patient),
                FhirCoding.RestOperation,
                [Interaction(record)],
                RestOutcome(record)
            ),
            AuditKind.Decision => (
                record.Decision is "deny" or "error" ? EventProfiles.Denied : EventProfiles.Access,
                FhirCoding.SecurityAlert,
                [Interaction(record)],
                Outcome(record)
            ),
            AuditKind.Auth => (AuthProfile(record), FhirCoding.Authentication, AuthEvents(record.Event), AuthOutcome(record)),
            AuditKind.Override => (
                EventProfiles.Override,
                FhirCoding.SecurityAlert,
                [FhirCoding.OverrideStarted, FhirCoding.Event(record.Event)],
                Outcome(record)
            ),
            AuditKind.AuditUse => (EventProfiles.Administration, FhirCoding.LogUsed, [FhirCoding.Event(record.Event)], Outcome(record)),
            AuditKind.System => (
                EventProfiles.Administration,
                FhirCoding.ApplicationActivity,
                [SystemEvent(record.Event)],
                Outcome(record)
            ),
            _ => (
                EventProfiles.Administration,
                FhirCoding.SecurityAlert,
                [FhirCoding.SecurityConfiguration, FhirCoding.Event(record.Event)],
                Outcome(record)
            ),
        };

    private static string AuthProfile(AuditRecord record) =>
        record switch
        {
            _ when record.Event.StartsWith(TokenEvents, StringComparison.Ordinal) => EventProfiles.Token,
            { Decision: "deny" or "error" } => EventProfiles.Denied,
            _ => EventProfiles.Administration,
        };

    private static IReadOnlyList<FhirCoding> AuthEvents(string name) =>
        name switch
        {
            "token.introspect" or "token.register" => [FhirCoding.Event(name)],
            "token.revoke" => [FhirCoding.Logout, FhirCoding.Event(name)],
            _ when name.EndsWith("logout", StringComparison.Ordinal) => [FhirCoding.Logout, FhirCoding.Event(name)],
            _ => [FhirCoding.Login, FhirCoding.Event(name)],
        };

    private static string AuthOutcome(AuditRecord record) => record.Decision == "deny" ? "4" : Outcome(record);

    private static FhirCoding SystemEvent(string name) =>
        name switch
        {
            "node.start" => FhirCoding.Start,
            "node.stop" => FhirCoding.Stop,
            _ => FhirCoding.Event(name),
        };

    private static FhirCoding Interaction(AuditRecord record)
    {
        if (record.Interaction is { } interaction && RestProfiles.CodeOf(interaction) is { } code)
        {
            return FhirCoding.Interaction(code);
        }

        return FhirCoding.Event(record.Kind == AuditKind.Delivery ? "delivery" : record.Interaction ?? record.Event);
    }

    private static string Outcome(AuditRecord record) =>
        record.Decision switch
        {
            "deny" => "8",
            "error" => "12",
            _ => "0",
        };

    private static string RestOutcome(AuditRecord record) =>
        record switch
        {
            { Kind: AuditKind.Outcome, Outcome: "not-applied" } => "8",
            { Kind: AuditKind.Outcome, Outcome: "unknown" } => "12",
            { Kind: AuditKind.Delivery, Delivery: not "handed-over" } => "4",
            _ => Outcome(record),
        };

    private static string? DescribeOutcome(AuditRecord record) =>
        record switch
        {
            { Reason: { } reason } => reason,
            { Kind: AuditKind.Intent } => "forwarded; the outcome has a record of its own",
            { Kind: AuditKind.Outcome, Outcome: not "applied" } => record.Outcome,
            { Kind: AuditKind.Delivery } => record.Delivery,
            { Decision: "deny" } => "refused",
            { Decision: "error" } => "failed",
            _ => null,
        };

    private static char ActionOf(AuditRecord record) =>
        record.Kind switch
        {
            AuditKind.AuditUse => 'R',
            AuditKind.Admin or AuditKind.Hold => RestProfiles.ActionOfMethod(record.Method),
            AuditKind.Disclosure or AuditKind.Intent or AuditKind.Outcome => RestProfiles.ActionOf(record.Interaction),
            _ => 'E',
        };
}
