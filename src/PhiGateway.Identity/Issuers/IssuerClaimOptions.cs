namespace PhiGateway.Identity.Issuers;

/// <summary>
/// What an operator writes about an issuer's claims: in which of them the gateway finds client, purpose, patient, scopes and tenant; dots
/// step into objects.
/// </summary>
public sealed class IssuerClaimOptions
{
    /// <summary>Default <c>client_id</c>.</summary>
    public string ClientId { get; set; } = "client_id";

    /// <summary>
    /// Purpose of use; <c>registry</c>: the issuer asserts none and the use case's single purpose counts. Default
    /// <c>extensions.hl7-b2b.purpose_of_use</c>.
    /// </summary>
    public string Purpose { get; set; } = "extensions.hl7-b2b.purpose_of_use";

    /// <summary>Patient launch context; default <c>patient</c>.</summary>
    public string Patient { get; set; } = "patient";

    /// <summary>
    /// Claims with the scopes; null: <c>scope</c>. Of several that a token carries each must say the same, else the token is refused.
    /// </summary>
    public IReadOnlyList<string>? Scope { get; set; }

    /// <summary>How the scopes are written; default <see cref="ScopeShape.String"/> (RFC 8693 section 4.2).</summary>
    public ScopeShape ScopeShape { get; set; }

    /// <summary>Tenant; default <c>tenant</c>.</summary>
    public string Tenant { get; set; } = "tenant";
}
