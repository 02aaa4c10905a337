using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Identity.Proofs;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Refusals;

/// <summary>
/// Writes the challenges of a refusal (RFC 6750 section 3, RFC 9449 section 7.1): by the scheme that the request used, and the other beside
/// it where a client has to choose anew. Called by <see cref="RefusalWriter"/>.
/// </summary>
internal static class Challenges
{
    /// <summary>The value of <c>WWW-Authenticate</c>.</summary>
    public static string Of(GatewayExchange exchange, DenyReason reason, int status)
    {
        var realm = exchange.Known.Route?.Tenant ?? "phi-gateway";
        var authorization = exchange.Http.Request.Headers.Authorization;
        if (authorization is [{ } value] && value.StartsWith("DPoP ", StringComparison.OrdinalIgnoreCase))
        {
            return Dpop(realm, reason.OAuthError);
        }

        var bearer = reason.OAuthError is { } error ? $"Bearer realm=\"{realm}\", error=\"{error}\"" : $"Bearer realm=\"{realm}\"";
        return status == StatusCodes.Status401Unauthorized ? $"{bearer}, {Dpop(realm, null)}" : bearer;
    }

    private static string Dpop(string realm, string? error) =>
        error is null
            ? $"DPoP realm=\"{realm}\", algs=\"{DpopOptions.Algorithms}\""
            : $"DPoP realm=\"{realm}\", error=\"{error}\", algs=\"{DpopOptions.Algorithms}\"";
}
