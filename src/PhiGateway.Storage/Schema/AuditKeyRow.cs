namespace PhiGateway.Storage.Schema;

/// <summary>
/// Table <c>audit_key</c>: the data keys under which bodies are sealed, each wrapped under a body key of the configuration. Added to by
/// writers; destroyed by setting <see cref="Wrapped"/> to nothing.
/// </summary>
internal sealed class AuditKeyRow
{
    /// <summary>Random, so that no database has to give numbers out.</summary>
    public long Id { get; set; }

    /// <summary>Month of the records' time, UTC, as 202611.</summary>
    public int Month { get; set; }

    public string? Tenant { get; set; }

    /// <summary>Name of the body key that wraps it.</summary>
    public required string WrappingKey { get; set; }

    /// <summary>Nothing: it was destroyed.</summary>
    public byte[]? Wrapped { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? DestroyedAt { get; set; }
}
