namespace PhiGateway.Policy.Registry;

/// <summary>A key to the admin API, of which only the hash is kept.</summary>
public sealed record AdminKey : IRegistryEntity
{
    public required string Id { get; init; }

    /// <summary>The person or pipeline behind the key; named in every audit record.</summary>
    public required string Person { get; init; }

    /// <summary>SHA-256 of the key in lower-case hex.</summary>
    public required string Hash { get; init; }

    /// <summary>viewer, auditor, operator, approver, admin.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Expires { get; init; }

    public bool Disabled { get; init; }

    /// <summary>Who knows the secret; set by the gateway.</summary>
    public KeyHandover Handover { get; init; }
}
