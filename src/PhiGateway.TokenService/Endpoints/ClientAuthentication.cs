using PhiGateway.Identity.Assertions;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Grants;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>Finds out which registered client sends a request, by its assertion (<c>private_key_jwt</c>); used by every endpoint.</summary>
internal sealed class ClientAuthentication(TokenServiceOptions options, ClientAssertions assertions, TimeProvider time)
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    // SMART and RFC 7523 say the endpoint; newer clients say the issuer.
    private readonly string[] _audiences = [options.TokenEndpoint, options.Issuer];

    /// <summary>Authenticates the client of a form.</summary>
    public async ValueTask<AuthenticatedClient> AuthenticateAsync(
        TokenForm form,
        RegistrySnapshot snapshot,
        CancellationToken cancellationToken
    )
    {
        var assertion = form["client_assertion"];
        if (form["client_assertion_type"] != AssertionType || assertion is null || form["client_secret"] is not null)
        {
            return new AuthenticatedClient(null, form["client_id"], OAuthError.InvalidClient, "assertion:absent");
        }

        var client = ClientAssertions.ClientOf(assertion);
        if (client is null || (form["client_id"] is { } named && named != client))
        {
            return new AuthenticatedClient(null, client, OAuthError.InvalidClient, "assertion:client");
        }

        var keys = TokenQuestions.KeysOf(snapshot, options.Name, client, time.GetUtcNow());
        if (keys.Count == 0)
        {
            return new AuthenticatedClient(null, client, OAuthError.InvalidClient, "assertion:unknown-client");
        }

        var check = await assertions.CheckAsync(
            assertion,
            new RegisteredKeys(
                [.. keys.Where(static key => key.Jwk is not null).Select(static key => key.Jwk!)],
                [.. keys.Where(static key => key.JwksUri is not null).Select(static key => key.JwksUri!)]
            ),
            _audiences,
            cancellationToken
        );
        return new AuthenticatedClient(check.Assertion, client, ErrorOf(check), check.Flaw);
    }

    private static OAuthError? ErrorOf(AssertionCheck check)
    {
        if (check.Assertion is not null)
        {
            return null;
        }

        return check.IsUnavailable ? OAuthError.Busy : OAuthError.InvalidClient;
    }
}

/// <summary>Who sent a request, or why nobody knows.</summary>
/// <param name="Assertion">Set exactly when there is no error.</param>
/// <param name="ClaimedId">Whom the request names, verified or not.</param>
/// <param name="Error">What the client is told.</param>
/// <param name="Detail">What failed, for the record.</param>
internal readonly record struct AuthenticatedClient(ClaimedAssertion? Assertion, string? ClaimedId, OAuthError? Error, string? Detail);
