namespace PhiGateway.Storage.Schema;

/// <summary>Table <c>audit_patient</c>: which records concern a patient, by keyed pseudonym; partitioned like the events.</summary>
internal sealed class AuditPatientRow
{
    public required string PatientKey { get; set; }

    public DateTimeOffset Time { get; set; }

    public required string Log { get; set; }

    public long Sequence { get; set; }

    public string? Tenant { get; set; }
}
