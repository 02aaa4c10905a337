using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Gateway.Health;

/// <summary>
/// Answers <c>/livez</c>, <c>/readyz</c> and <c>/startupz</c>, matched exactly: in one word on the data plane; on the control plane part by
/// part, with names (the node's, issuers', routes') for administrators only.
/// </summary>
internal static class HealthEndpoints
{
    /// <summary>Adds the words in front of the data plane.</summary>
    /// <param name="app">The application.</param>
    /// <param name="readiness">Asked on each call, since the plane is built before it.</param>
    public static void UseWords(WebApplication app, Func<Readiness> readiness) =>
        Use(app, http => WriteWordAsync(http, readiness().Report().Ready));

    /// <summary>Adds the parts without names in front of the control plane; a call with credentials is left to its gate.</summary>
    public static void UseParts(WebApplication app, Readiness readiness) => Use(app, http => WritePlainAsync(http, readiness.Report()));

    /// <summary>Maps the parts behind the control plane's gate, for any of its roles.</summary>
    public static void MapParts(WebApplication app, Readiness readiness)
    {
        foreach (var path in new[] { "/readyz", "/startupz" })
        {
            app.MapGet(path, (HttpContext http) => WritePartsAsync(http, readiness.Report()))
                .WithMetadata(new RequiredRoles(AdminRoles.All))
                .ExcludeFromDescription();
        }
    }

    private static void Use(WebApplication app, Func<HttpContext, Task> write) =>
        app.Use(next =>
            http =>
            {
                if (!HttpMethods.IsGet(http.Request.Method))
                {
                    return next(http);
                }

                switch (http.Request.Path.Value)
                {
                    case "/livez":
                        return WriteAsync(http, isGood: true, "alive");
                    case "/readyz" or "/startupz" when http.Request.Headers.Authorization.Count == 0:
                        return write(http);
                    default:
                        return next(http);
                }
            }
        );

    private static Task WriteWordAsync(HttpContext http, bool isReady) => WriteAsync(http, isReady, isReady ? "ready" : "not ready");

    private static Task WriteAsync(HttpContext http, bool isGood, string word)
    {
        Begin(http, isGood);
        http.Response.ContentType = "text/plain";
        return http.Response.WriteAsync(word, http.RequestAborted);
    }

    private static Task WritePlainAsync(HttpContext http, ReadinessReport report)
    {
        Begin(http, report.Ready);
        var parts = report
            .Parts.Where(static part => !part.IsNamed)
            .Select(static part => part with { Message = part.Plain ?? part.Message })
            .ToList();
        return http.Response.WriteAsJsonAsync(new PlainReadiness(report.Ready, parts), http.RequestAborted);
    }

    private static Task WritePartsAsync(HttpContext http, ReadinessReport report)
    {
        Begin(http, report.Ready);
        return http.Response.WriteAsJsonAsync(report, http.RequestAborted);
    }

    private static void Begin(HttpContext http, bool isGood)
    {
        http.Response.StatusCode = isGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        http.Response.Headers.CacheControl = "no-store";
    }

    private sealed record PlainReadiness(bool Ready, IReadOnlyList<ReadinessPart> Parts);
}
