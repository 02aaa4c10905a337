using System.Diagnostics;
using System.Globalization;

namespace PhiGateway.Gateway.Telemetry;

/// <summary>
/// Spans of reads that go upstream over connections of the gateway's own (ADR 18): as the HTTP client's would be, without its URL and host.
/// Begun by the upstream port, and only where spans are collected.
/// </summary>
internal static class UpstreamSpans
{
    /// <summary>Name of their source.</summary>
    public const string SourceName = "PhiGateway.Upstream";

    private const int LeastError = 400;

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins one within the request's own; null: nobody listens.</summary>
    /// <param name="method">The method that goes upstream.</param>
    public static Activity? Start(string method)
    {
        var span = Source.StartActivity(method, ActivityKind.Client);
        _ = span?.SetTag(TelemetryTags.Method, method);
        return span;
    }

    /// <summary>Says how it ended: by the answer's head, or why there is none.</summary>
    /// <param name="span">The span.</param>
    /// <param name="status">Status of the answer; 0: there is none.</param>
    /// <param name="failure">Why there is none, as one of the product's own codes; null: there is one.</param>
    public static void End(Activity span, int status, string? failure)
    {
        if (status > 0)
        {
            _ = span.SetTag(TelemetryTags.Status, status).SetTag(TelemetryTags.Version, "1.1");
        }

        var error = status >= LeastError ? status.ToString(CultureInfo.InvariantCulture) : failure;
        if (error is not null)
        {
            _ = span.SetTag(TelemetryTags.ErrorType, error).SetStatus(ActivityStatusCode.Error);
        }
    }
}
