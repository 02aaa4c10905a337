using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace PhiGateway.Gateway.Health;

/// <summary>
/// Answers <c>GET /</c> of each plane with what stands there, for whoever wonders and brings no credentials: no names, no version, nothing of what is behind.
/// </summary>
internal static class Greeting
{
    /// <summary>What the data plane says.</summary>
    public const string OfData =
        "PHI Gateway. FHIR and other APIs are answered here to registered clients with a token, each on its own path; nothing else is here.\n";

    /// <summary>What the control plane says.</summary>
    public const string OfControl =
        "PHI Gateway, control plane. The admin API is under /admin/v1 and describes itself at /openapi/v1.json to who has an admin key.\n";

    /// <summary>Adds it in front of a plane; everything but exactly this goes on.</summary>
    public static void Use(WebApplication app, string words) =>
        app.Use(next => http => IsAsked(http) ? WriteAsync(http, words) : next(http));

    // By the target as it was sent, which no normalization has touched; whoever brings credentials wants something else.
    private static bool IsAsked(HttpContext http) =>
        HttpMethods.IsGet(http.Request.Method)
        && http.Features.Get<IHttpRequestFeature>()?.RawTarget == "/"
        && http.Request.Headers.Authorization.Count == 0;

    private static Task WriteAsync(HttpContext http, string words)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.ContentType = "text/plain";
        return http.Response.WriteAsync(words, http.RequestAborted);
    }
}
