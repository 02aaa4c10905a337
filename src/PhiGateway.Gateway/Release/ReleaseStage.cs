using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Release.Apis;
using PhiGateway.Gateway.Release.Batches;
using PhiGateway.Gateway.Release.Documents;
using PhiGateway.Gateway.Release.Exports;
using PhiGateway.Gateway.Release.Whole;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release;

/// <summary>
/// The Release stage of the pipeline: hands the upstream's answer to the class that judges its kind (public document, FHIR answer, batch,
/// export, declared API); what may leave goes to the client through the one door, <see cref="Leaving.Exit"/>.
/// </summary>
internal sealed class ReleaseStage(
    DiscoveryDocuments documents,
    WholeAnswers whole,
    BatchRelease batches,
    ExportAnswers exports,
    ApiAnswers apis
) : IStage
{
    public string Name => "Release";

    public ValueTask<StageResult> RunAsync(GatewayExchange exchange) =>
        exchange.Kind switch
        {
            RequestKind.PublicDocument => documents.ReleaseAsync(exchange),
            RequestKind.Single or RequestKind.Transaction => whole.ReleaseAsync(exchange),
            RequestKind.Batch => batches.ReleaseAsync(exchange),
            RequestKind.Export => exports.ReleaseAsync(exchange),
            RequestKind.DeclaredApi => apis.ReleaseAsync(exchange, exchange.Understood.DeclaredApi),
            _ => new(StageResult.Refuse(DenyReason.Faulted, "kind")),
        };
}
