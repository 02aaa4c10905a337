using System.Diagnostics;
using OpenTelemetry;

namespace PhiGateway.Gateway.Telemetry;

/// <summary>
/// Stands before every exporter of spans: leaves of an ended span its times, its ids and what <see cref="TelemetryTags"/> allows.
/// </summary>
/// <remarks>A span with events or links is not exported at all: both can carry texts of exceptions and cannot be taken off.</remarks>
internal sealed class SpanFence : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        foreach (var (name, _) in data.TagObjects.ToArray())
        {
            if (!TelemetryTags.IsAllowed(name))
            {
                data.SetTag(name, null);
            }
        }

        // A description may quote an exception, and a name a path.
        data.SetStatus(data.Status);
        var method = data.GetTagItem(TelemetryTags.Method) as string ?? data.Kind.ToString();
        data.DisplayName = data.GetTagItem(TelemetryTags.Route) is string route ? $"{method} {route}" : method;
        if (data.Events.Any() || data.Links.Any())
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
