namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes about metrics and spans: where they go; by default nowhere.</summary>
public sealed class TelemetryOptions
{
    /// <summary>
    /// Address of an OpenTelemetry collector (OTLP over HTTP), such as <c>https://collector.hospital.example:4318</c>; http on loopback
    /// only. Null: nothing is sent.
    /// </summary>
    public string? Otlp { get; set; }

    /// <summary>
    /// Whether the control plane answers <c>/metrics</c> in Prometheus' format, to callers with any of its roles; default false.
    /// </summary>
    public bool Prometheus { get; set; }

    /// <summary>
    /// Whether the log has a line for each call of the data plane: decision id, client, interaction, type, status, reason, duration; no PHI.
    /// Default false.
    /// </summary>
    public bool RequestLog { get; set; }
}
