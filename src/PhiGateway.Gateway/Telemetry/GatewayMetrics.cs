using System.Diagnostics;
using System.Diagnostics.Metrics;
using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Telemetry;

/// <summary>The data plane's instruments (OpenTelemetry names, seconds); labels are enums only, never an id.</summary>
internal sealed class GatewayMetrics : IDisposable
{
    private const int TooMany = 429;

    private static readonly string Version = typeof(GatewayMetrics).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _overhead;
    private readonly Histogram<double> _upstream;
    private readonly Histogram<double> _deciding;
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _atTheGate;
    private readonly Counter<long> _overRate;
    private readonly Counter<long> _incomplete;
    private readonly Counter<long> _exhausted;
    private readonly Counter<long> _refusedConnections;
    private readonly Counter<long> _unreadable;
    private readonly Counter<long> _folded;
    private readonly Counter<long> _publicDocuments;

    /// <param name="name">Under which they are exported; another one is nobody's business.</param>
    public GatewayMetrics(string name = "PhiGateway.Gateway")
    {
        _meter = new Meter(name);
        _duration = _meter.CreateHistogram<double>(
            "phi_gateway.request.duration",
            "s",
            "From the first byte read to the end of the request.",
            tags: null,
            LatencyBuckets.Advice
        );
        _overhead = _meter.CreateHistogram<double>(
            "phi_gateway.overhead.duration",
            "s",
            "The same without what upstreams took until the heads of their answers were there.",
            tags: null,
            LatencyBuckets.Advice
        );
        _upstream = _meter.CreateHistogram<double>(
            "phi_gateway.upstream.duration",
            "s",
            "Of each call upstream, until the head of its answer was there.",
            tags: null,
            LatencyBuckets.Advice
        );
        _deciding = _meter.CreateHistogram<double>(
            "phi_gateway.decision.duration",
            "s",
            "Of the first decision about each request.",
            tags: null,
            LatencyBuckets.Advice
        );
        _tokens = _meter.CreateCounter<long>(
            "phi_gateway.token.validations",
            "{token}",
            "Credentials that were looked at, by result; of good ones by issuer."
        );
        _atTheGate = _meter.CreateCounter<long>(
            "phi_gateway.gate.rejections",
            "{request}",
            "Requests refused before anybody asked who it is, by reason."
        );
        _overRate = _meter.CreateCounter<long>(
            "phi_gateway.ratelimit.rejections",
            "{request}",
            "Requests refused as too many (429), by reason."
        );
        _meter.CreateObservableGauge(
            "phi_gateway.build.info",
            static () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", Version)),
            "{build}",
            "Always 1; its label is the version of this node."
        );
        _incomplete = _meter.CreateCounter<long>(
            "phi_gateway.answers.incomplete",
            "{place}",
            "What of an upstream's answers could not be read, or leads on to where nobody can be sent."
        );
        _refusedConnections = _meter.CreateCounter<long>(
            "phi_gateway.connections.refused",
            "{connection}",
            "Connections closed for want of room, by the limit that was reached."
        );
        _unreadable = _meter.CreateCounter<long>(
            "phi_gateway.requests.unreadable",
            "{request}",
            "Requests that the server's parser refused before any decision, by status."
        );
        _exhausted = _meter.CreateCounter<long>(
            "phi_gateway.budgets.exhausted",
            "{refusal}",
            "Refusals for want of something that has a limit, by the limit's name."
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

    /// <summary>Shows what is held of what may be; called once, when the parts are there.</summary>
    public void Show(HeldMemory memory)
    {
        _meter.CreateObservableGauge("phi_gateway.memory.held", () => memory.Held, "By", "Bodies and answers that are held.");
        _meter.CreateObservableGauge("phi_gateway.memory.limit", () => memory.Most, "By", "Bodies and answers that may be held.");
        _meter.CreateObservableCounter(
            "phi_gateway.memory.refused",
            () => memory.Refused,
            "{buffer}",
            "Buffers for which there was no room."
        );
    }

    /// <summary>Shows how the loops beside the requests are; called once, before the first is started.</summary>
    public void ShowLoops(Func<int> faulted, Func<long> restarts)
    {
        _meter.CreateObservableGauge(
            "phi_gateway.loops.faulted",
            faulted,
            "{loop}",
            "Loops beside the requests that ended by a fault and have not been well since."
        );
        _meter.CreateObservableCounter(
            "phi_gateway.loops.restarts",
            restarts,
            "{restart}",
            "Loops beside the requests that were started again after a fault."
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

        if (_overhead.Enabled)
        {
            var own = elapsed - exchange.UpstreamTook;
            _overhead.Record(
                Math.Max(0, own.TotalSeconds),
                new KeyValuePair<string, object?>("outcome", refusal is null ? "allow" : "deny")
            );
        }

        if (_decisions.Enabled)
        {
            _decisions.Add(1, new TagList { { "result", refusal is null ? "allow" : "deny" }, { "reason", refusal?.Code ?? "none" } });
        }

        if (refusal is not null)
        {
            CountRefused(refusal);
        }
    }

    /// <summary>Whether anybody asks how long upstreams take.</summary>
    public bool MeasuresUpstream => _upstream.Enabled || _overhead.Enabled;

    /// <summary>Whether anybody asks how long deciding takes.</summary>
    public bool MeasuresDecisions => _deciding.Enabled;

    /// <summary>One call upstream.</summary>
    /// <param name="failure">Why there is no answer; null: there is one.</param>
    /// <param name="took">How long until its head.</param>
    public void ObserveUpstream(DenyReason? failure, TimeSpan took) =>
        _upstream.Record(took.TotalSeconds, new KeyValuePair<string, object?>("result", failure?.Code ?? "answered"));

    /// <summary>One decision.</summary>
    public void ObserveDecision(TimeSpan took) => _deciding.Record(took.TotalSeconds);

    /// <summary>Counts a credential that was looked at.</summary>
    /// <param name="issuer">Name of the issuer as configured; null: it is not good.</param>
    /// <param name="refusal">Why not; null: it is good.</param>
    public void CountToken(string? issuer, DenyReason? refusal)
    {
        if (_tokens.Enabled)
        {
            _tokens.Add(1, new TagList { { "result", refusal?.Code ?? "valid" }, { "issuer", issuer ?? "-" } });
        }
    }

    private void CountRefused(DenyReason refusal)
    {
        if (refusal.Stage == DenyStage.Ingress)
        {
            _atTheGate.Add(1, new KeyValuePair<string, object?>("rule", refusal.Code));
        }

        if (refusal.Status == TooMany)
        {
            _overRate.Add(1, new KeyValuePair<string, object?>("reason", refusal.Code));
        }
    }

    /// <summary>Counts a refusal, of a request or of one entry of a batch, that tells of an exhausted budget.</summary>
    public void CountExhausted(DenyReason reason, string? detail)
    {
        if (_exhausted.Enabled && ExhaustedBudgets.NameOf(reason, detail) is { } budget)
        {
            CountExhausted(budget);
        }
    }

    /// <summary>Counts what was refused for want of something that has a limit, where no reason of a decision says it.</summary>
    /// <param name="budget">The limit's name: a word of this program.</param>
    public void CountExhausted(string budget) => _exhausted.Add(1, new KeyValuePair<string, object?>("budget", budget));

    /// <summary>Counts what of an answer could not be read or followed, and answers that are not whole by their server's own word.</summary>
    public void CountIncomplete(int unread, bool cannotFollow, bool isSourceIncomplete)
    {
        if (unread > 0)
        {
            _incomplete.Add(unread, new KeyValuePair<string, object?>("kind", "unread"));
        }

        if (cannotFollow)
        {
            _incomplete.Add(1, new KeyValuePair<string, object?>("kind", "cannot-follow"));
        }

        if (isSourceIncomplete)
        {
            _incomplete.Add(1, new KeyValuePair<string, object?>("kind", "source-incomplete"));
        }
    }

    /// <summary>Counts a connection that found no room.</summary>
    /// <param name="limit"><c>total</c> or <c>peer</c>.</param>
    /// <param name="listener"><c>data</c>, <c>tokens</c>, <c>signals</c> or <c>admin</c>.</param>
    public void ConnectionRefused(string limit, string listener) =>
        _refusedConnections.Add(1, new TagList { { "limit", limit }, { "listener", listener } });

    /// <summary>Counts a request that the server's own parser refused.</summary>
    public void Unreadable(int status) => _unreadable.Add(1, new KeyValuePair<string, object?>("status", status));

    /// <summary>Counts a refusal that is not recorded by itself.</summary>
    public void CountFolded(DenyReason reason) => _folded.Add(1, new TagList { { "reason", reason.Code } });

    /// <summary>Counts a public document.</summary>
    public void CountPublicDocument() => _publicDocuments.Add(1);

    public void Dispose() => _meter.Dispose();
}
