using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Shipping;

/// <summary>One journal record on its way to, or in, the store: index columns beside the exact bytes that were hashed.</summary>
public sealed record AuditEntry
{
    /// <summary>Name of the log: one per node and generation.</summary>
    public required string Log { get; init; }

    public required long Sequence { get; init; }

    public required Guid Id { get; init; }

    public required Guid ParentId { get; init; }

    public required AuditKind Kind { get; init; }

    public required string Event { get; init; }

    public required DateTimeOffset Time { get; init; }

    public string Decision { get; init; } = string.Empty;

    public string? Reason { get; init; }

    public string? Client { get; init; }

    public string? Tenant { get; init; }

    public string? Actor { get; init; }

    public int Status { get; init; }

    public string? ResourceType { get; init; }

    public string? Interaction { get; init; }

    /// <summary>Keyed pseudonyms of the patients concerned, once each.</summary>
    public IReadOnlyList<string> PatientKeys { get; init; } = [];

    /// <summary>Hash of this record chained to the one before: 32 bytes.</summary>
    public required ReadOnlyMemory<byte> ChainHash { get; init; }

    /// <summary>UTF-8 JSON exactly as journaled.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
}
