using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace PhiGateway.Gateway.Health;

/// <summary>Maps <c>/livez</c>, <c>/readyz</c> and <c>/startupz</c> on the control plane's listener; they need no key and hold no secret.</summary>
internal static class HealthEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder endpoints, Readiness readiness)
    {
        endpoints.MapGet("/livez", static () => Results.Text("alive")).ExcludeFromDescription();
        endpoints.MapGet("/readyz", () => Answer(readiness.Report())).ExcludeFromDescription();
        endpoints.MapGet("/startupz", () => Answer(readiness.Report())).ExcludeFromDescription();
    }

    private static IResult Answer(ReadinessReport report) =>
        Results.Json(report, statusCode: report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}
