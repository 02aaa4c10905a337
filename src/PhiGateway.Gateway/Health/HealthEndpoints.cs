using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace PhiGateway.Gateway.Health;

/// <summary>
/// Answers <c>/livez</c>, <c>/readyz</c> and <c>/startupz</c> on the control plane's listener, before its gate; matched exactly, and
/// without secrets.
/// </summary>
internal static class HealthEndpoints
{
    /// <summary>Adds them in front of whatever the application has.</summary>
    public static void Use(WebApplication app, Readiness readiness) =>
        app.Use(next =>
            http =>
            {
                if (!HttpMethods.IsGet(http.Request.Method))
                {
                    return next(http);
                }

                return http.Request.Path.Value switch
                {
                    "/livez" => http.Response.WriteAsync("alive"),
                    "/readyz" or "/startupz" => WriteAsync(http, readiness.Report()),
                    _ => next(http),
                };
            }
        );

    private static Task WriteAsync(HttpContext http, ReadinessReport report)
    {
        http.Response.StatusCode = report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(report, http.RequestAborted);
    }
}
