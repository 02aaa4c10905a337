using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace PhiGateway.Gateway.Telemetry;

/// <summary>
/// Lists the attributes that spans and the frameworks' metrics may carry; every other one is dropped, since URLs, queries, hosts and user
/// agents can name a patient.
/// </summary>
/// <remarks>An allow list: what a later version of a library adds stays out until somebody has looked at it.</remarks>
internal static class TelemetryTags
{
    /// <summary>Method of a request, normalized by the framework: an unknown one is <c>_OTHER</c>.</summary>
    public const string Method = "http.request.method";

    /// <summary>Pattern of a route, as configured or written in code; never a path that was asked for.</summary>
    public const string Route = "http.route";

    /// <summary>Status of an answer.</summary>
    public const string Status = "http.response.status_code";

    /// <summary>Version of the protocol that was spoken.</summary>
    public const string Version = "network.protocol.version";

    /// <summary>How something failed: a status, or a word of a program.</summary>
    public const string ErrorType = "error.type";

    /// <summary>Decision id of a request, by which the trail is asked for it; on its span alone, never on a metric.</summary>
    public const string DecisionId = "phi_gateway.decision_id";

    private static readonly string[] Names =
    [
        Method,
        Route,
        Status,
        "network.protocol.name",
        Version,
        ErrorType,
        "gc.heap.generation",
        "dotnet.gc.heap.generation",
        "cpu.mode",
    ];

    private static readonly FrozenSet<string> Allowed = Names.Append(DecisionId).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether an attribute of this name may be exported.</summary>
    public static bool IsAllowed(string name) => Allowed.Contains(name);

    /// <summary>The view of an instrument: the product's own as it is, of any other only what is allowed.</summary>
    public static MetricStreamConfiguration? ViewOf(Instrument instrument) =>
        instrument.Meter.Name.StartsWith(TelemetrySetup.OwnMeters, StringComparison.Ordinal)
            ? null
            : new MetricStreamConfiguration { TagKeys = Names };
}
