using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Ingress;

/// <summary>
/// Recognizes the documents that are public by their standards and answered by the gateway itself; matched exactly, never by prefix.
/// </summary>
internal static class PublicDocuments
{
    /// <summary>Which of them a request asks for, and nothing else; a declared API has none.</summary>
    /// <param name="route">Where.</param>
    /// <param name="request">What.</param>
    public static PublicDocument Find(PhiRoute route, CanonicalRequest request)
    {
        if (route.Api is not null || request.Method is not ("GET" or "HEAD"))
        {
            return PublicDocument.None;
        }

        return request.Segments switch
        {
            ["metadata"] => PublicDocument.CapabilityStatement,
            [".well-known", "smart-configuration"] => PublicDocument.SmartConfiguration,
            [".well-known", "oauth-protected-resource"] => PublicDocument.ProtectedResource,
            // Where nobody signs it is not there, and that is for the gateway to say too: no upstream is asked for its own.
            [".well-known", "udap"] => PublicDocument.Udap,
            _ => PublicDocument.None,
        };
    }

    /// <summary>Whether a path is that of one of them, for a browser's question before its request.</summary>
    public static bool IsPlace(PhiRoute route, PathString path) =>
        route.Api is null
        && path.Value is { } text
        && text.StartsWith(route.Base, StringComparison.Ordinal)
        && text.AsSpan(route.Base.Length) is "/metadata" or "/.well-known/smart-configuration" or ResourceMetadata.Place;
}
