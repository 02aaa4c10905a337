using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Ingress;

/// <summary>
/// The CrossOrigin stage of the pipeline: answers preflights and writes the CORS headers (Fetch standard, section 3.2) for web apps whose
/// exact origin the route's <c>Phi.Origins</c> lists.
/// </summary>
/// <remarks>
/// It grants nothing: each call still needs its token and its approval. Cookies are never allowed, for none are ever read. The two public
/// documents are for every origin
/// (SMART App Launch 2.x, section 2.1).
/// </remarks>
internal sealed class CrossOriginStage(OwnHosts hosts) : IStage
{
    private const string Methods = "GET, HEAD, POST, PUT, PATCH, DELETE";

    private static readonly string Asked = string.Join(", ", KnownHeaders.OfWebApps.Concat(KnownHeaders.BesideOfWebApps));
    private static readonly string Exposed = string.Join(", ", KnownHeaders.ForWebApps);

    public string Name => "CrossOrigin";

    public ValueTask<StageResult> RunAsync(GatewayExchange exchange) =>
        new(TryAnswer(exchange.Http, exchange.Known.Route) ? StageResult.Answered : StageResult.Continue);

    /// <summary>
    /// Answers a browser's question before a request, and marks the answer to a request, for the origins of the route. The question has no
    /// token and tells nothing, so it is not
    /// recorded; from any other origin it is a request like others, and refused as one.
    /// </summary>
    /// <returns>Whether that was all.</returns>
    private bool TryAnswer(HttpContext http, PhiRoute? route)
    {
        var headers = http.Request.Headers;
        if (route is null || headers.Origin is not [{ } origin])
        {
            return false;
        }

        var isRegistered = route.Origins.Contains(origin);
        if (!IsQuestion(http))
        {
            if (isRegistered)
            {
                http.Response.OnStarting(static state => Mark((HttpResponse)state), http.Response);
            }

            return false;
        }

        var isPublic = PublicDocuments.IsPlace(route, http.Request.Path);
        if (!isRegistered && !isPublic)
        {
            return false;
        }

        if (
            !hosts.Contain(http.Request)
            || HeaderPolicy.FindBroken(http.Request, http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) is not null
        )
        {
            return false;
        }

        var response = http.Response;
        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.AccessControlAllowOrigin = isRegistered ? origin : "*";
        response.Headers.Vary = HeaderNames.Origin;
        response.Headers.AccessControlAllowMethods = isPublic ? "GET, HEAD" : Methods;
        response.Headers.AccessControlAllowHeaders = Asked;
        response.Headers.AccessControlMaxAge = "600";
        return true;
    }

    private static bool IsQuestion(HttpContext http) =>
        HttpMethods.IsOptions(http.Request.Method)
        && http.Request.Headers.AccessControlRequestMethod.Count == 1
        && http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true;

    private static Task Mark(HttpResponse response)
    {
        response.Headers.AccessControlAllowOrigin = response.HttpContext.Request.Headers.Origin;
        response.Headers.AccessControlExposeHeaders = Exposed;
        response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        return Task.CompletedTask;
    }
}
