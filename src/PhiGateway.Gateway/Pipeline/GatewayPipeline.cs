using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Forward;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Ingress;
using PhiGateway.Gateway.Release;
using PhiGateway.Gateway.Understand;

namespace PhiGateway.Gateway.Pipeline;

/// <summary>The request's way, top to bottom. Audit stands around it: opened after Ingress, closed last, it sees every refusal.</summary>
internal sealed class GatewayPipeline(
    IngressStage ingress,
    IdentifyStage identify,
    UnderstandStage understand,
    DecideStage decide,
    AdmitStage admit,
    ForwardStage forward,
    ReleaseStage release
)
{
    /// <summary>Every stage, in order; none can be left out or configured away.</summary>
    internal IReadOnlyList<IStage> Stages { get; } = [ingress, identify, understand, decide, admit, forward, release];
}
