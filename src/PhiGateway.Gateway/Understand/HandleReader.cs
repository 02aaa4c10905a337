using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Understand;

/// <summary>
/// Opens a handle and reads the request behind it again, so that everything after it decides and judges as if that had come.
/// </summary>
internal sealed class HandleReader(HandleSealer sealer)
{
    /// <summary>Gives the original and its continuation; every flaw is told as the same 404.</summary>
    public StageResult<Understood> Open(GatewayExchange exchange, FhirRequest asked)
    {
        if (HandleBinding.Of(exchange) is not { } binding)
        {
            return StageResult.Refuse(DenyReason.HandleNotYours, "handle-without-client");
        }

        if (sealer.Open(asked.Handle!, KindOf(asked.Interaction), binding, exchange.Now, out var flaw) is not { } content)
        {
            return StageResult.Refuse(DenyReason.HandleNotYours, flaw);
        }

        var route = exchange.Ingressed.Route;
        var original = content.Original;
        if (
            !CanonicalReader.ReadAsked(original.Method, original.Target, route.Base).TryGet(out var line, out _)
            || !FhirRequestReader.Read(line, original.Headers, original.Body, route.Language).TryGet(out var request, out _)
            || request.Handle is not null
            || request.IsWrite
        )
        {
            return StageResult.Refuse(DenyReason.HandleNotYours, "handle-no-longer-understood");
        }

        var listed = ExportedList.Read(content.Upstream, out var place);
        var continuation = new Continuation(asked, original, new PagePlace(place, content.From))
        {
            Listed = content.Kind == HandleKind.File ? listed : null,
            Size = content.Size,
            Before = content.Before,
        };
        return new Understood(request, null, continuation);
    }

    private static HandleKind KindOf(Interaction interaction) =>
        interaction switch
        {
            Interaction.SearchPage => HandleKind.Page,
            Interaction.ExportStatus or Interaction.ExportCancel => HandleKind.Job,
            Interaction.ExportFile => HandleKind.File,
            _ => HandleKind.None,
        };
}
