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
    private readonly Counter<long> _folded;
    private readonly Counter<long> _publicDocuments;

    public GatewayMetrics()
    {
        _duration = _meter.CreateHistogram<double>(
            "phi_gateway.request.duration",
            "s",
            "From the first byte read to the end of the request."
        );
        _decisions = _meter.CreateCounter<long>("phi_gateway.decisions", "{decision}", "Requests by result and reason.");
        _folded = _meter.CreateCounter<long>(
            "phi_gateway.refusals.folded",
            "{refusal}",
            "Refusals that were counted and not recorded one by one."
        );
        _publicDocuments = _meter.CreateCounter<long>(
            "phi_gateway.public_documents",
            "{document}",
            "Public documents answered; they are counted, not recorded."
        );
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

    /// <summary>Counts a refusal that is not recorded by itself.</summary>
    public void CountFolded(DenyReason reason) => _folded.Add(1, new TagList { { "reason", reason.Code } });

    /// <summary>Counts a public document.</summary>
    public void CountPublicDocument() => _publicDocuments.Add(1);

    public void Dispose() => _meter.Dispose();
}
