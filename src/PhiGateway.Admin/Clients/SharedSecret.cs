using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Clients;

/// <summary>A credential in force that is a secret which travels: an API key, or the secret with which a client gets its tokens.</summary>
/// <param name="Credential">Its id.</param>
/// <param name="Kind"><c>api-key</c> or <c>client-secret</c>.</param>
/// <param name="Expires">First day on which it is no longer valid; null: none is said.</param>
/// <param name="Words">What it means, and what to do instead.</param>
public sealed record SharedSecret(string Credential, string Kind, DateOnly? Expires, string Words)
{
    /// <summary>Those among credentials that are in force.</summary>
    internal static IReadOnlyList<SharedSecret> Of(IEnumerable<Credential> credentials, DateTimeOffset now) =>
        [.. credentials.Where(credential => IsInForce(credential, now)).Select(Of).OfType<SharedSecret>()];

    private static bool IsInForce(Credential credential, DateTimeOffset now) =>
        (credential.Expires is not { } end || end > DateOnly.FromDateTime(now.UtcDateTime))
        && (credential.OverlapUntil is not { } until || until > now);

    private static SharedSecret? Of(Credential credential) =>
        credential.Kind switch
        {
            CredentialKind.ApiKey when credential.BasicUser is not null => new(
                credential.Id,
                "basic",
                credential.Expires,
                "A password goes with every call: whoever reads it is the client. Use an API key as a bearer token, or better tokens."
            ),
            CredentialKind.ApiKey => new(
                credential.Id,
                "api-key",
                credential.Expires,
                "An API key goes with every call: whoever reads it is the client. Use tokens, as soon as the client can."
            ),
            CredentialKind.ClientSecret => new(
                credential.Id,
                "client-secret",
                credential.Expires,
                "A secret goes to the issuer with every request for a token, as Basic or in a form. Use a key pair (private_key_jwt)."
            ),
            _ => null,
        };
}
