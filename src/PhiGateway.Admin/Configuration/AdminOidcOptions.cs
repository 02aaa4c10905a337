using PhiGateway.Admin.Calls;

namespace PhiGateway.Admin.Configuration;

/// <summary>An OIDC issuer whose tokens open the admin API, as an operator wrote it.</summary>
public sealed class AdminOidcOptions
{
    /// <summary>Exact <c>iss</c>; https, or http on loopback only.</summary>
    public string Issuer { get; set; } = string.Empty;

    /// <summary>Accepted <c>aud</c>; required. Security: use one that clinical tokens never carry.</summary>
    public string Audience { get; set; } = string.Empty;

    /// <summary>Accepted signature algorithms, asymmetric only; required.</summary>
    public IReadOnlyList<string> Algorithms { get; set; } = [];

    /// <summary>Claim that lists the roles; dots step into objects; default <c>roles</c>.</summary>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>
    /// Claim that names the person in audit records and for four eyes; default <c>sub</c>. Security: it must be unique and unchangeable.
    /// </summary>
    public string NameClaim { get; set; } = "sub";

    /// <summary>The issuer's role names to the gateway's; empty: they are the same.</summary>
    public IReadOnlyDictionary<string, string> RoleMap { get; set; } = new Dictionary<string, string>();

    /// <summary>Static key set: a file path, <c>file:/path</c> or <c>env:NAME</c>; null: OIDC discovery at the issuer.</summary>
    public string? Jwks { get; set; }

    /// <summary>Everything wrong with these options; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        if (!Uri.TryCreate(Issuer, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && !uri.IsLoopback))
        {
            problems.Add("Admin:Oidc:Issuer must be an absolute https URL (http on loopback only).");
        }

        if (string.IsNullOrWhiteSpace(Audience))
        {
            problems.Add("Admin:Oidc:Audience is required.");
        }

        if (
            Algorithms.Count == 0
            || Algorithms.Any(static a =>
                a is not ("RS256" or "RS384" or "RS512" or "PS256" or "PS384" or "PS512" or "ES256" or "ES384" or "ES512")
            )
        )
        {
            problems.Add("Admin:Oidc:Algorithms must name at least one of RS*, PS*, ES* and nothing else.");
        }

        foreach (var role in RoleMap.Values.Where(static role => !AdminRoles.IsKnown(role)))
        {
            problems.Add($"Admin:Oidc:RoleMap names the unknown role '{role}'.");
        }

        return problems;
    }
}
