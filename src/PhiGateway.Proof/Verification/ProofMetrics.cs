using System.Diagnostics.Metrics;
using PhiGateway.Proof.Building;

namespace PhiGateway.Proof.Verification;

/// <summary>Publishes the numbers of the transparency log and its verifier as metrics under the meter <c>PhiGateway.Proof</c>.</summary>
public sealed class ProofMetrics : IDisposable
{
    private readonly Meter _meter = new("PhiGateway.Proof");

    /// <summary>Watches both until it is disposed.</summary>
    public ProofMetrics(TransparencyLog log, LogWatch watch)
    {
        _ = _meter.CreateObservableGauge(
            "phi_gateway.audit.log.size",
            () => log.Status.Size,
            "{record}",
            "Records under the newest checkpoint."
        );
        _ = _meter.CreateObservableGauge(
            "phi_gateway.audit.log.lag",
            () => log.Status.Lag,
            "{record}",
            "Durable records that no checkpoint covers yet."
        );
        _ = _meter.CreateObservableGauge(
            "phi_gateway.audit.log.exported",
            () => log.Status.ExportedSize,
            "{record}",
            "Records under the newest head that left the node."
        );
        _ = _meter.CreateObservableCounter(
            "phi_gateway.audit.verified",
            () => watch.Status.Verified,
            "{record}",
            "Records that the background verifier has verified."
        );
        _ = _meter.CreateObservableGauge(
            "phi_gateway.audit.findings",
            () => watch.Status.Findings.Count,
            "{finding}",
            "What is not as the log proves it; must stay 0."
        );
        _ = _meter.CreateObservableGauge(
            "phi_gateway.audit.verifier.age",
            () => watch.SinceSlice.TotalSeconds,
            "s",
            "Since the background verifier last finished a slice; before the first, since it was started."
        );
        _ = _meter.CreateObservableGauge(
            "phi_gateway.audit.verifier.interval",
            () => watch.Interval.TotalSeconds,
            "s",
            "Pause of the background verifier between two slices (Audit:Log:VerifyEvery)."
        );
        _ = _meter.CreateObservableGauge(
            "phi_gateway.audit.verifier.round.age",
            () => watch.SinceWhole.TotalSeconds,
            "s",
            "Since the background verifier last came to the end of the log; before the first time, since it was started."
        );
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}
