namespace PhiGateway.Admin.Trail;

/// <summary>
/// Asks which patients and records somebody touched between two moments; exactly one of token, credential, certificate,
/// through, client and organization names who.
/// </summary>
/// <param name="From">From this moment on.</param>
/// <param name="To">Before this moment.</param>
/// <param name="Token">A token's <c>jti</c>, or the SHA-256 of the token in hex.</param>
/// <param name="Credential">Id of a registered credential.</param>
/// <param name="Certificate">SHA-256 of a certificate in hex, also of one that is not registered any more.</param>
/// <param name="Through">Client id, at its issuer, of whoever acted in between (RFC 8693 <c>act</c>).</param>
/// <param name="Client">Id of a registered client.</param>
/// <param name="Organization">Id of an organization.</param>
/// <param name="Tenant">Within this tenant only; null: in each.</param>
public sealed record ReachQuery(
    DateTimeOffset From,
    DateTimeOffset To,
    string? Token = null,
    string? Credential = null,
    string? Certificate = null,
    string? Through = null,
    string? Client = null,
    string? Organization = null,
    string? Tenant = null
);
