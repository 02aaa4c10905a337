using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Refusals;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Ingress;

/// <summary>
/// Gives the bodies of a listener's requests a longest time, and answers who is later with 408 where the application behind it does not;
/// added by the composition of each plane but the data plane, whose stages see to it themselves.
/// </summary>
/// <param name="limits">The times.</param>
/// <param name="clock">Clock.</param>
/// <param name="metrics">Counts whom it refused.</param>
internal sealed class BodyTime(LimitOptions limits, TimeProvider clock, GatewayMetrics metrics)
{
    /// <summary>What a path ends with whose body is a stream of any length.</summary>
    private const string Import = ":import";

    /// <summary>Adds it, in front of all that reads a body.</summary>
    public void Use(IApplicationBuilder app) => app.Use(next => http => RunAsync(http, next));

    private async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            await next(http);
            return;
        }

        var inner = http.Request.Body;
        await using var body = new TimedBody(inner, TimeOf(http.Request.Path), clock, http.RequestAborted);
        http.Request.Body = body;
        try
        {
            await next(http);
        }
        catch (BadHttpRequestException late) when (late.StatusCode == StatusCodes.Status408RequestTimeout && !http.Response.HasStarted)
        {
            await RefusalWriter.WriteLateAsync(http);
        }
        finally
        {
            http.Request.Body = inner;
            if (body.IsOver)
            {
                metrics.CountExhausted(DenyReason.BodyTooSlow, null);
            }
        }
    }

    private TimeSpan TimeOf(PathString path) =>
        path.Value?.EndsWith(Import, StringComparison.Ordinal) == true && limits.LongestAnswer > limits.BodyTime
            ? limits.LongestAnswer
            : limits.BodyTime;
}
