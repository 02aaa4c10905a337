using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Understand;

/// <summary>
/// The Understand stage of the pipeline: reads the request and its body into a request in FHIR terms, with everything that would be pulled
/// in; opens handles, and refuses what it cannot read completely.
/// </summary>
internal sealed class UnderstandStage(
    GatewayOptions options,
    HandleReader handles,
    ApiUnderstanding apis,
    SnapshotHolder snapshots,
    AdmitStage admit,
    HeldMemory memory,
    TimeProvider clock
) : IStage
{
    public string Name => "Understand";

    public ValueTask<StageResult> RunAsync(GatewayExchange exchange)
    {
        var braked = admit.FindBrake(exchange);
        if (!braked.Continues)
        {
            // Who may not come in at all is told that, and pays as a stranger does.
            return new(EarlyDecision.FindClosedDoor(exchange, snapshots, options) ?? braked);
        }

        return FhirRequestReader.ExpectsBody(exchange.Ingressed.Canonical) ? ReadBodyAsync(exchange) : UnderstandAsync(exchange, default);
    }

    private async ValueTask<StageResult> ReadBodyAsync(GatewayExchange exchange)
    {
        // What needs no body is asked before one is read: whoever is refused whatever it holds costs no more than that.
        if (exchange.Kind != RequestKind.PublicDocument && EarlyDecision.FindClosedDoor(exchange, snapshots, options) is { } closed)
        {
            return closed;
        }

        if (exchange.Kind != RequestKind.PublicDocument)
        {
            var admitted = admit.EnterBeforeBody(exchange);
            if (!admitted.Continues)
            {
                return admitted;
            }
        }

        var most = options.Limits.MaxRequestBody;
        var body = exchange.OpenBody(checked((int)most), memory);
        // What is only announced takes no room yet.
        body.Expect(Math.Min(exchange.Http.Request.ContentLength ?? 0, HeldMemory.Free - 1));
        var http = exchange.Http;
        await using var timed = new TimedBody(http.Request.Body, options.Limits.BodyTime, clock, http.RequestAborted);
        try
        {
            if (!await body.TryReadAsync(timed, http.RequestAborted))
            {
                return StageResult.Refuse(DenyReason.BodyTooLarge);
            }
        }
        catch (IOException fault) when (fault is BadHttpRequestException || fault.InnerException is OverflowException)
        {
            if (fault is BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout })
            {
                return StageResult.Refuse(DenyReason.BodyTooSlow, timed.IsOver ? "body-time" : "least-rate");
            }

            // Broken framing is found only now (a chunk size beyond all numbers as a plain IOException); nothing has been forwarded.
            return StageResult.Refuse(
                fault is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
                    ? DenyReason.BodyTooLarge
                    : DenyReason.MalformedRequest,
                "framing"
            );
        }

        return await UnderstandAsync(exchange, body.Written);
    }

    private ValueTask<StageResult> UnderstandAsync(GatewayExchange exchange, ReadOnlyMemory<byte> body)
    {
        if (exchange.Ingressed.Route.Api is { } table)
        {
            return new(Take(exchange, apis.Read(exchange, table, body)));
        }

        var asked = ReadFhir(exchange, body);
        if (!asked.Continues)
        {
            return new(asked.Result);
        }

        if (asked.Value.Handle is null)
        {
            return new(Take(exchange, new Understood(asked.Value)));
        }

        return handles.IsKept(asked.Value)
            ? OpenKeptAsync(exchange, asked.Value)
            : new(TakeOpened(exchange, asked.Value, handles.Open(exchange, asked.Value)));
    }

    private async ValueTask<StageResult> OpenKeptAsync(GatewayExchange exchange, FhirRequest asked) =>
        TakeOpened(exchange, asked, await handles.OpenKeptAsync(exchange, asked));

    private static StageResult TakeOpened(GatewayExchange exchange, FhirRequest asked, StageResult<Understood> opened)
    {
        if (!opened.Continues)
        {
            // The record tells what was tried.
            exchange.Fill(new Understood(asked));
        }

        return Take(exchange, opened);
    }

    private static StageResult Take(GatewayExchange exchange, StageResult<Understood> found)
    {
        if (!found.Continues)
        {
            return found.Result;
        }

        exchange.Fill(found.Value);
        if (exchange.Kind == RequestKind.None)
        {
            exchange.Say(KindOf(exchange.Asked.Interaction, found.Value.Api is not null));
        }

        return StageResult.Continue;
    }

    private StageResult<FhirRequest> ReadFhir(GatewayExchange exchange, ReadOnlyMemory<byte> body)
    {
        ref readonly var line = ref exchange.Ingressed;
        var reading = FhirRequestReader.Read(line.Canonical, line.Headers, body, line.Route.Language);
        if (!reading.TryGet(out var request, out var refusal))
        {
            exchange.RefusedPlace = reading.Place;
            return StageResult.Refuse(refusal, reading.Detail);
        }

        if (request.Body.Length > body.Length)
        {
            // What was made of the body, such as a resource around a file, takes room beside it.
            exchange.Hold(memory.Take(request.Body.Length, HeldFor.Request));
        }

        // What an operation takes in is content too, whether it is kept or not.
        if ((request.IsWrite || request.Interaction == Interaction.Operation) && line.Route.RoutingMarks is { } marks)
        {
            if (request.Interaction == Interaction.Batch)
            {
                request = RefuseMarked(request, marks);
            }
            else if (marks.StandIn(body.Span) || HasMarkedPaths(request, marks) || request.Entries.Any(entry => IsMarked(entry, marks)))
            {
                return StageResult.Refuse(DenyReason.MalformedBody, "routing-mark");
            }
        }

        return request;
    }

    // Of a batch each entry by itself; a patch stands in it in another spelling than its own.
    private static FhirRequest RefuseMarked(FhirRequest batch, RoutingMarks marks)
    {
        FhirRequest[]? entries = null;
        for (var i = 0; i < batch.Entries.Count; i++)
        {
            if (IsMarked(batch.Entries[i], marks))
            {
                entries ??= [.. batch.Entries];
                entries[i] = entries[i].AsUnread(DenyReason.MalformedBody, "routing-mark");
            }
        }

        return entries is null ? batch : batch.WithEntries(entries);
    }

    private static bool IsMarked(FhirRequest entry, RoutingMarks marks) => marks.StandIn(entry.Body.Span) || HasMarkedPaths(entry, marks);

    // A patch that the upstream applies says by paths what stands in other content as members.
    private static bool HasMarkedPaths(FhirRequest request, RoutingMarks marks) =>
        request.Patch is { IsAppliedHere: false } patch && PathPatchMarks.AreIn(patch.Rewritten, marks);

    private static RequestKind KindOf(Interaction asked, bool isDeclared) =>
        asked switch
        {
            _ when isDeclared => RequestKind.DeclaredApi,
            Interaction.Batch => RequestKind.Batch,
            Interaction.Transaction => RequestKind.Transaction,
            Interaction.Export or Interaction.ExportStatus or Interaction.ExportCancel or Interaction.ExportFile => RequestKind.Export,
            _ => RequestKind.Single,
        };
}
