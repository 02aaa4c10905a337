using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Counts what the server's own parser refuses before the pipeline sees it: nearly everything of that kind is refused by the wire guard
/// first, on record; what is left at least shows.
/// </summary>
internal sealed class UnreadableRequests : IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private readonly GatewayMetrics _metrics;

    private UnreadableRequests(GatewayMetrics metrics) => _metrics = metrics;

    /// <summary>Begins to count for an application that was built.</summary>
    public static void Count(IServiceProvider services, GatewayMetrics metrics) =>
        services.GetRequiredService<DiagnosticListener>().Subscribe(new UnreadableRequests(metrics), static name => name == BadRequest);

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is IFeatureCollection features && features.Get<IBadRequestExceptionFeature>()?.Error is { } error)
        {
            _metrics.Unreadable((error as Microsoft.AspNetCore.Http.BadHttpRequestException)?.StatusCode ?? 400);
        }
    }

    public void OnCompleted() { }

    public void OnError(Exception error) { }
}
