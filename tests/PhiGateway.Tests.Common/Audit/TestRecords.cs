using PhiGateway.Audit.Records;

namespace PhiGateway.Tests.Common.Audit;

/// <summary>Audit records as the pipeline would make them.</summary>
internal static class TestRecords
{
    public static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    public static AuditRecord Disclosure(string patient = "p-1") =>
        new()
        {
            Id = Guid.NewGuid(),
            Kind = AuditKind.Disclosure,
            Event = "read",
            Time = Noon,
            Decision = "permit",
            Rule = "lab/1",
            Revision = 7,
            Tenant = "north",
            Client = "acme",
            Agreement = "acme-baa",
            Approval = "acme-1",
            Approvers = ["anna@hospital.example"],
            Peer = "203.0.113.7",
            Method = "GET",
            Interaction = "read",
            ResourceType = "Observation",
            Patients = [patient],
            CoveredBy = ["roster/acme-orders"],
            PatientState = "known",
            Resources = ["Observation/o-1"],
            ResourceCount = 1,
            Upstream = "ehr/a",
            UpstreamStatus = 200,
            Status = 200,
        };

    public static AuditRecord Denial() =>
        new()
        {
            Id = Guid.NewGuid(),
            Kind = AuditKind.Decision,
            Event = "read",
            Time = Noon,
            Decision = "deny",
            Reason = "outside-use-case",
            Tenant = "north",
            Client = "acme",
            Peer = "203.0.113.7",
            Method = "GET",
            Status = 403,
        };

    public static AuditRecord Of(AuditKind kind, Guid parent = default) =>
        new()
        {
            Id = Guid.NewGuid(),
            Kind = kind,
            Event = "e",
            Time = Noon,
            ParentId = parent,
            Delivery = kind == AuditKind.Delivery ? "handed-over" : null,
            Outcome = kind == AuditKind.Outcome ? "applied" : null,
        };
}
