using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace PhiGateway.Gateway.Mcp;

/// <summary>
/// The same message once more, into nowhere: shows the protocol's library a message before anything is fetched for it, so that what the
/// library refuses (a version it does not know, an id that is none, a notification) discloses nothing. Made by the MCP door.
/// </summary>
internal static class Rehearsal
{
    /// <summary>Completes when the library has dealt with it.</summary>
    /// <param name="outer">The message.</param>
    /// <param name="body">Its bytes.</param>
    /// <param name="protocol">The protocol's library.</param>
    public static async Task RunAsync(HttpContext outer, Stream body, RequestDelegate protocol)
    {
        var given = outer.Features.GetRequiredFeature<IHttpRequestFeature>();
        var http = new DefaultHttpContext();
        var request = new HttpRequestFeature
        {
            Protocol = given.Protocol,
            Scheme = given.Scheme,
            Method = given.Method,
            RawTarget = given.RawTarget,
            Path = outer.Request.Path,
            Body = body,
        };
        foreach (var (name, values) in given.Headers)
        {
            request.Headers[name] = values;
        }

        http.Features.Set<IHttpRequestFeature>(request);
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        http.RequestServices = outer.RequestServices;
        http.RequestAborted = outer.RequestAborted;
        await protocol(http);
    }
}
