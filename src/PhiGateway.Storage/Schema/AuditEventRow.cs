namespace PhiGateway.Storage.Schema;

/// <summary>Table <c>audit_event</c>: one journal record; on Postgres partitioned by month of <see cref="Time"/>.</summary>
internal sealed class AuditEventRow
{
    public required string Log { get; set; }

    public long Sequence { get; set; }

    public DateTimeOffset Time { get; set; }

    public Guid Id { get; set; }

    public Guid? ParentId { get; set; }

    public short Kind { get; set; }

    public required string Event { get; set; }

    public required string Decision { get; set; }

    public string? Reason { get; set; }

    public string? Client { get; set; }

    public string? Tenant { get; set; }

    public string? Actor { get; set; }

    public int Status { get; set; }

    public string? ResourceType { get; set; }

    public string? Interaction { get; set; }

    /// <summary>The combination of what it is searched by (<see cref="AuditShapeRow"/>).</summary>
    public long Shape { get; set; }

    public required string[] PatientKeys { get; set; }

    public required byte[] ChainHash { get; set; }

    /// <summary>The data key (<see cref="AuditKeyRow"/>) under which the body is sealed; null: it is not.</summary>
    public long? BodyKey { get; set; }

    public required byte[] Body { get; set; }
}
