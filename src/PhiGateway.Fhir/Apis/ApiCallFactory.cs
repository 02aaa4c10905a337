using System.Text;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;

namespace PhiGateway.Fhir.Apis;

/// <summary>Writes the call that goes to a declared API, from the canonical request; no byte of the client's line and none of its headers but a checked If-Match.</summary>
public static class ApiCallFactory
{
    private static readonly KeyValuePair<string, string> Accept = KeyValuePair.Create("Accept", "application/json");

    /// <summary>The call for a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="entityTag">The version that a write is tied to; null: the client's own, if it named one.</param>
    public static UpstreamCall Create(ApiRequest request, string? entityTag)
    {
        var meaning = request.Meaning;
        var method = meaning.Canonical.Method == "HEAD" ? "GET" : meaning.Canonical.Method;
        var tag = meaning.IsWrite ? entityTag ?? meaning.Headers.IfMatch : null;
        return new UpstreamCall(method, Target(request, withQuery: true), meaning.Body.IsEmpty ? null : request.Operation.Body!.MediaType, meaning.Body, tag is null ? [Accept] : [Accept, KeyValuePair.Create("If-Match", tag)]);
    }

    /// <summary>The call that reads the stored version of what a write changes.</summary>
    public static UpstreamCall ReadStored(ApiRequest request) => new("GET", Target(request, withQuery: false), null, default, [Accept]);

    private static string Target(ApiRequest request, bool withQuery)
    {
        var target = new StringBuilder(128);
        CanonicalWriter.AppendPath(target, request.Meaning.Canonical.Segments);
        if (withQuery)
        {
            CanonicalWriter.AppendQuery(target, request.Meaning.Parameters, '?');
        }

        return target.ToString();
    }
}
