using System.Diagnostics;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Pipeline;

/// <summary>
/// Ties a request to what operators see of it beside the trail: its decision id on the span, and a line in the log when that is asked for.
/// Called by <see cref="RequestRunner"/>; costs a request two tests where neither is configured.
/// </summary>
/// <remarks>Names of the registry, words and numbers only: whose data it was stands in the trail.</remarks>
internal sealed class RequestLine(GatewayOptions options, ILogger<RequestLine> log)
{
    private readonly bool _isTraced = options.Telemetry.Otlp is not null;
    private readonly bool _isLogged = options.Telemetry.RequestLog;

    /// <summary>Puts the decision id on the request's span.</summary>
    public void Begin(GatewayExchange exchange)
    {
        if (_isTraced)
        {
            _ = Activity.Current?.SetTag(TelemetryTags.DecisionId, exchange.Id.ToString("D"));
        }
    }

    /// <summary>Writes the line.</summary>
    public void End(GatewayExchange exchange, DenyReason? refusal, TimeSpan elapsed)
    {
        if (!_isLogged || !log.IsEnabled(LogLevel.Information))
        {
            return;
        }

        var known = exchange.Known;
        GatewayLog.Request(
            log,
            exchange.Id,
            known.Client?.Client.Id ?? "-",
            known.Asked is { } asked ? AuditText.NameOf(asked.Interaction) : "-",
            known.Request is { Type.IsNone: false } typed ? typed.Type.Name : "-",
            exchange.Status,
            refusal?.Code ?? "-",
            Math.Round(elapsed.TotalMilliseconds, 3),
            Math.Round(exchange.UpstreamTook.TotalMilliseconds, 3)
        );
    }
}
