namespace PhiGateway.Policy.Registry;

/// <summary>How one client proves itself; belongs to exactly one client.</summary>
public sealed record Credential : IRegistryEntity
{
    public required string Id { get; init; }

    public required string Client { get; init; }

    public CredentialKind Kind { get; init; } = CredentialKind.OidcClient;

    /// <summary>Name of the configured issuer, for <see cref="CredentialKind.OidcClient"/>.</summary>
    public string? Issuer { get; init; }

    /// <summary>The issuer's client id, exact, for <see cref="CredentialKind.OidcClient"/>.</summary>
    public string? ClientId { get; init; }

    /// <summary>SHA-256 of the certificate's DER in hex, for <see cref="CredentialKind.Certificate"/>.</summary>
    public string? Thumbprint { get; init; }

    public DateOnly? Created { get; init; }

    /// <summary>Day by which it must have been rotated, UTC; past it plus grace the path closes.</summary>
    public DateOnly? RotateBy { get; init; }

    /// <summary>First day no longer valid, UTC.</summary>
    public DateOnly? Expires { get; init; }

    /// <summary>When set, a newer credential took over and this one is honoured until then only.</summary>
    public DateTimeOffset? OverlapUntil { get; init; }
}

/// <summary>The sorts of proof.</summary>
public enum CredentialKind : byte
{
    OidcClient,
    Certificate,
    Spiffe,
    ApiKey,
}
