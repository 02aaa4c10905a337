using System.Diagnostics;
using System.Diagnostics.Metrics;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Telemetry;

/// <summary>The data plane's instruments (OpenTelemetry names, seconds); labels are enums only, never an id.</summary>
internal sealed class GatewayMetrics : IDisposable
{
    private readonly Meter _meter = new("PhiGateway.Gateway");
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _incomplete;

    public GatewayMetrics()
    {
        _duration = _meter.CreateHistogram<double>(
            "phi_gateway.request.duration",
            "s",
            "From the first byte read to the end of the request."
        );
        _incomplete = _meter.CreateCounter<long>(
            "phi_gateway.answers.incomplete",
            "{place}",
            "What of an upstream's answers could not be read, or leads on to where nobody can be sent."
        );
        _decisions = _meter.CreateCounter<long>("phi_gateway.decisions", "{decision}", "Requests by result and reason.");
    }

    /// <summary>Counts one finished request.</summary>
    public void Observe(GatewayExchange exchange, DenyReason? refusal, TimeSpan elapsed)
    {
        if (_duration.Enabled)
        {
            _duration.Record(
                elapsed.TotalSeconds,
                new TagList { { "outcome", refusal is null ? "allow" : "deny" }, { "status", exchange.Status } }
            );
        }

        if (_decisions.Enabled)
        {
            _decisions.Add(1, new TagList { { "result", refusal is null ? "allow" : "deny" }, { "reason", refusal?.Code ?? "none" } });
        }
    }

    /// <summary>Counts what of an answer could not be read or followed.</summary>
    public void CountIncomplete(int unread, bool cannotFollow)
    {
        if (unread > 0)
        {
            _incomplete.Add(unread, new KeyValuePair<string, object?>("kind", "unread"));
        }

        if (cannotFollow)
        {
            _incomplete.Add(1, new KeyValuePair<string, object?>("kind", "cannot-follow"));
        }
    }

    public void Dispose() => _meter.Dispose();
}
