using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Forward;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Ingress;
using PhiGateway.Gateway.Release;
using PhiGateway.Gateway.Settle;
using PhiGateway.Gateway.Understand;

namespace PhiGateway.Gateway.Pipeline;

/// <summary>
/// The fixed list of stages that every request passes in order, for the request runner. Audit stands around it: opened after CrossOrigin,
/// closed last, it records every refusal.
/// </summary>
internal sealed class GatewayPipeline(
    CrossOriginStage crossOrigin,
    IngressStage ingress,
    IdentifyStage identify,
    UnderstandStage understand,
    DecideStage decide,
    AdmitStage admit,
    SettleStage settle,
    ForwardStage forward,
    ReleaseStage release
)
{
    /// <summary>Every stage, in order; none can be left out or configured away.</summary>
    internal IReadOnlyList<IStage> Stages { get; } = [crossOrigin, ingress, identify, understand, decide, admit, settle, forward, release];
}
