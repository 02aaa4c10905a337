using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Ingress;

/// <summary>
/// Leads requests for a FHIR base's protected resource metadata (RFC 9728), which stands between host and base, to where the base answers
/// it; added in front of routing.
/// </summary>
/// <remarks>
/// Security: only the exact target of a base that is configured is led anywhere, and what it is led to is public; every other one goes on
/// as it was sent.
/// </remarks>
internal static class ResourceMetadata
{
    /// <summary>Where it stands behind a base.</summary>
    public const string Place = "/.well-known/oauth-protected-resource";

    /// <summary>Adds it in front of the routes.</summary>
    public static void Use(WebApplication app, GatewayOptions options) =>
        app.Use(next =>
            http =>
            {
                Lead(http, options);
                return next(http);
            }
        );

    private static void Lead(HttpContext http, GatewayOptions options)
    {
        var request = http.Features.Get<IHttpRequestFeature>();
        if (request?.RawTarget is not { } target || !target.StartsWith(Place, StringComparison.Ordinal))
        {
            return;
        }

        foreach (var place in options.RoutePlaces)
        {
            if (place.Base.Length > 0 && target.AsSpan(Place.Length).SequenceEqual(place.Base))
            {
                var led = place.Base + Place;
                (request.RawTarget, request.Path) = (led, led);
                return;
            }
        }
    }
}
