namespace PhiGateway.Storage.Schema;

/// <summary>
/// Table <c>audit_shape</c>: each combination of what records are searched by, once for every month in which a record has it. Written with
/// the records; read first by every search, which is then told where to look, or that there is nothing.
/// </summary>
internal sealed class AuditShapeRow
{
    /// <summary>Month of the records' time, UTC, as 202611.</summary>
    public int Month { get; set; }

    /// <summary>What <see cref="AuditEventRow.Shape"/> names: a hash of the rest.</summary>
    public long Id { get; set; }

    public short Kind { get; set; }

    public required string Decision { get; set; }

    public string? Reason { get; set; }

    public string? Client { get; set; }

    public string? Tenant { get; set; }

    public string? Actor { get; set; }

    public string? ResourceType { get; set; }

    public string? Interaction { get; set; }

    public string? UseCase { get; set; }

    public string? Organization { get; set; }

    public string? Purpose { get; set; }
}
