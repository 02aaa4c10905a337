using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Understand;

/// <summary>
/// Opens a handle and reads the request behind it again, so that everything after it decides and judges as if that had come.
/// </summary>
internal sealed class HandleReader(HandleSealer sealer, PageKeeper keeper, ILogger<HandleReader> log)
{
    /// <summary>Gives the original and its continuation; every flaw is told as the same 404.</summary>
    public StageResult<Understood> Open(GatewayExchange exchange, FhirRequest asked)
    {
        if (HandleBinding.Of(exchange) is not { } binding)
        {
            return StageResult.Refuse(DenyReason.HandleNotYours, "handle-without-client");
        }

        return sealer.Open(asked.Handle!, KindOf(asked.Interaction), binding, exchange.Now, out var flaw) is { } content
            ? Read(exchange, asked, content)
            : StageResult.Refuse(DenyReason.HandleNotYours, flaw);
    }

    /// <summary>Whether what a handle needs is kept elsewhere, so that it is opened by <see cref="OpenKeptAsync"/>.</summary>
    public bool IsKept(FhirRequest asked) => asked is { Interaction: Interaction.SearchPage, Handle: { } handle } && keeper.IsName(handle);

    /// <summary>The same for one of which only a name was given; refused while it cannot be looked up.</summary>
    public async ValueTask<StageResult<Understood>> OpenKeptAsync(GatewayExchange exchange, FhirRequest asked)
    {
        if (HandleBinding.Of(exchange) is not { } binding)
        {
            return StageResult.Refuse(DenyReason.HandleNotYours, "handle-without-client");
        }

        HandleContent? found;
        try
        {
            found = await keeper.FindAsync(asked.Handle!, exchange.Http.RequestAborted);
        }
#pragma warning disable CA1031 // Whatever is wrong with the database, the page is there later.
        catch (Exception fault) when (!exchange.Http.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            GatewayLog.PageNotFound(log, exchange.Id, fault.GetType().Name);
            return StageResult.Refuse(DenyReason.PageUnavailable);
        }

        return HandleSealer.Check(found, KindOf(asked.Interaction), binding, exchange.Now, out var flaw) is { } content
            ? Read(exchange, asked, content)
            : StageResult.Refuse(DenyReason.HandleNotYours, flaw);
    }

    private static StageResult<Understood> Read(GatewayExchange exchange, FhirRequest asked, HandleContent content)
    {
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
