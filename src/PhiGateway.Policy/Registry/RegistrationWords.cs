namespace PhiGateway.Policy.Registry;

/// <summary>
/// What an applicant says of itself when it asks to be registered (RFC 7591 section 2), read strictly and bounded; nothing of it is true
/// because it stands here, the keys excepted, by which whoever holds them is recognised.
/// </summary>
public sealed record RegistrationWords
{
    /// <summary>Stands for words that cannot be read.</summary>
    public static RegistrationWords Unreadable { get; } = new() { Form = "unreadable", Name = "What it says cannot be read." };

    /// <summary>How it was said: <c>metadata</c>, <c>software-statement</c> or <c>client-id-metadata-document</c>.</summary>
    public required string Form { get; init; }

    /// <summary><c>client_name</c>: what the applicant calls itself.</summary>
    public required string Name { get; init; }

    /// <summary>Address of its Client ID Metadata Document, which is its <c>client_id</c>; null: it has none.</summary>
    public string? Document { get; init; }

    /// <summary><c>client_uri</c>.</summary>
    public string? Uri { get; init; }

    /// <summary><c>contacts</c>.</summary>
    public IReadOnlyList<string> Contacts { get; init; } = [];

    /// <summary><c>scope</c>: what it would like.</summary>
    public string? Scope { get; init; }

    /// <summary><c>software_id</c>.</summary>
    public string? SoftwareId { get; init; }

    /// <summary><c>software_version</c>.</summary>
    public string? SoftwareVersion { get; init; }

    /// <summary><c>jwks_uri</c>: where it publishes its keys; fetched only once it is a client.</summary>
    public string? JwksUri { get; init; }

    /// <summary><c>jwks</c>, or the key of the certificate that signed the statement.</summary>
    public IReadOnlyList<PublicJwk> Keys { get; init; } = [];

    /// <summary>Who signed the software statement: the URI in the certificate; null: it came without one.</summary>
    public string? SignedBy { get; init; }

    /// <summary>SHA-256 of that certificate, lower-case hex.</summary>
    public string? Certificate { get; init; }

    /// <summary>Whether an authority that the operator configured vouches for that certificate.</summary>
    public bool IsVouched { get; init; }
}
