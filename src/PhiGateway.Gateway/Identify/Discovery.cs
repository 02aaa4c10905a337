using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Identify;

/// <summary>
/// The two documents that are public by their standards and answered by the gateway itself; matched exactly, never by prefix.
/// </summary>
internal static class Discovery
{
    /// <summary>
    /// Whether the request asks for <c>/metadata</c> or the SMART configuration of a FHIR route and nothing else; a declared API has
    /// neither.
    /// </summary>
    public static bool IsPublic(GatewayExchange exchange) =>
        exchange is { Route.Api: null, Canonical: { Method: "GET" or "HEAD" } request }
        && (IsMetadata(request) || IsSmartConfiguration(request));

    /// <summary>Whether a path is that of one of the two, for a browser's question before its request.</summary>
    public static bool IsPublicPlace(PhiRoute route, PathString path) =>
        route.Api is null
        && path.Value is { } text
        && text.StartsWith(route.Base, StringComparison.Ordinal)
        && text.AsSpan(route.Base.Length) is "/metadata" or "/.well-known/smart-configuration";

    /// <summary><c>/metadata</c></summary>
    public static bool IsMetadata(CanonicalRequest request) => request.Segments.Count == 1 && request.Segments[0] == "metadata";

    /// <summary><c>/.well-known/smart-configuration</c></summary>
    public static bool IsSmartConfiguration(CanonicalRequest request) =>
        request.Segments.Count == 2 && request.Segments[0] == ".well-known" && request.Segments[1] == "smart-configuration";
}
