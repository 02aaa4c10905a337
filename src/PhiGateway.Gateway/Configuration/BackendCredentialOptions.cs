namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// What an operator writes about one credential that the gateway shows to upstreams; clusters name it (<c>Phi.Credential</c>:
/// <c>use:NAME</c>).
/// </summary>
public sealed class BackendCredentialOptions
{
    /// <summary>Its name: lower-case letters, digits and dashes; required.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>
    /// What is sent: <c>Authorization</c> (the whole value is the secret), <c>Bearer</c>, <c>Basic</c> or <c>ClientCredentials</c>; required.
    /// </summary>
    public string Kind { get; set; } = string.Empty;

    /// <summary>
    /// By reference: the value, token, password, client secret or, for <c>private_key_jwt</c>, the private key in PEM. Read anew when it
    /// changes. This or <see cref="Command"/>.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>
    /// A program, by its whole path, and its arguments: what it writes to its standard output is the secret. Security: it runs as the
    /// gateway does. This or <see cref="Secret"/>.
    /// </summary>
    public IReadOnlyList<string> Command { get; set; } = [];

    /// <summary>How often the program is run; default 5 minutes.</summary>
    public TimeSpan CommandEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the program may take; default 10 seconds.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary><c>Basic</c>: the user's name.</summary>
    public string? User { get; set; }

    /// <summary><c>ClientCredentials</c>: where tokens are asked for (RFC 6749 section 4.4); https, or http on loopback.</summary>
    public string? TokenEndpoint { get; set; }

    /// <summary><c>ClientCredentials</c>: the gateway's own client id there.</summary>
    public string? ClientId { get; set; }

    /// <summary>
    /// <c>ClientCredentials</c>: how the gateway proves who it is, <c>client_secret_basic</c> (default), <c>client_secret_post</c> or
    /// <c>private_key_jwt</c>.
    /// </summary>
    public string Authentication { get; set; } = "client_secret_basic";

    /// <summary><c>ClientCredentials</c>: the scope that is asked for; null: none is named.</summary>
    public string? Scope { get; set; }

    /// <summary><c>ClientCredentials</c>: the resource that the token is for (RFC 8707); null: none is named.</summary>
    public string? Resource { get; set; }

    /// <summary><c>private_key_jwt</c>: <c>kid</c> of the key, as the upstream's authorization server knows it.</summary>
    public string? KeyId { get; set; }

    /// <summary>
    /// <c>private_key_jwt</c>: RS384, ES384, ES256, PS256 or PS384; null: RS384 for an RSA key, and that of its curve for another.
    /// </summary>
    public string? Algorithm { get; set; }
}
