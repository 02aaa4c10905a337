using System.Globalization;
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
        var realm = reason == DenyReason.StepUpRequired ? RealmOf(exchange) + StepUpOf(exchange) : RealmOf(exchange);
        var authorization = exchange.Http.Request.Headers.Authorization;
        if (authorization is [{ } value] && value.StartsWith("DPoP ", StringComparison.OrdinalIgnoreCase))
        {
            return Dpop(realm, reason.OAuthError);
        }

        var bearer = reason.OAuthError is { } error ? $"Bearer {realm}, error=\"{error}\"" : $"Bearer {realm}";
        return status == StatusCodes.Status401Unauthorized ? $"{bearer}, {Dpop(realm, null)}" : bearer;
    }

    // RFC 9728 section 5.1: whoever has no token learns here where one is to be had.
    private static string RealmOf(GatewayExchange exchange)
    {
        if (exchange.Known.Route is not { } route)
        {
            return "realm=\"phi-gateway\"";
        }

        var realm = $"realm=\"{route.Tenant}\"";
        return route.Api is null ? $"{realm}, resource_metadata=\"{route.ResourceMetadata}\"" : realm;
    }

    // RFC 9470 section 3: what the next token has to bring.
    private static string StepUpOf(GatewayExchange exchange)
    {
        if (exchange.Known.Client?.UseCase?.StepUp is not { } asked)
        {
            return string.Empty;
        }

        var acr = asked.Acr.Count > 0 ? $", acr_values=\"{string.Join(' ', asked.Acr)}\"" : string.Empty;
        return asked.FreshWithinSeconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"{acr}, max_age=\"{seconds}\"") : acr;
    }

    private static string Dpop(string realm, string? error) =>
        error is null
            ? $"DPoP {realm}, algs=\"{DpopOptions.Algorithms}\""
            : $"DPoP {realm}, error=\"{error}\", algs=\"{DpopOptions.Algorithms}\"";
}
