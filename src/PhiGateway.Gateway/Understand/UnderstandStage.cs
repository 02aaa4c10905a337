using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Understand;

/// <summary>What is asked, in FHIR terms, with everything that would be pulled in?</summary>
internal sealed class UnderstandStage(GatewayOptions options, HandleReader handles, ApiUnderstanding apis, SnapshotHolder snapshots)
    : IStage
{
    public string Name => "Understand";

    public ValueTask<StageResult> RunAsync(GatewayExchange exchange) =>
        FhirRequestReader.ExpectsBody(exchange.Canonical!) ? ReadBodyAsync(exchange) : new(Understand(exchange, default));

    private async ValueTask<StageResult> ReadBodyAsync(GatewayExchange exchange)
    {
        // 1. What needs no body is asked before one is read: whoever is refused whatever it holds costs no more than that.
        if (EarlyDecision.FindClosedDoor(exchange, snapshots, options) is { } closed)
        {
            return closed;
        }

        // 2. The body, up to its limit.
        var most = options.Limits.MaxRequestBody;
        exchange.Body = new PooledBuffer(checked((int)most));
        exchange.Body.Expect(exchange.Http.Request.ContentLength ?? 0);
        try
        {
            if (!await exchange.Body.TryReadAsync(exchange.Http.Request.Body, exchange.Http.RequestAborted))
            {
                return StageResult.Refuse(DenyReason.BodyTooLarge);
            }
        }
        catch (IOException fault) when (fault is BadHttpRequestException || fault.InnerException is OverflowException)
        {
            // Broken framing is found only now (a chunk size beyond all numbers as a plain IOException); nothing has been forwarded.
            return StageResult.Refuse(
                fault is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
                    ? DenyReason.BodyTooLarge
                    : DenyReason.MalformedRequest,
                "framing"
            );
        }

        // 3. What both mean.
        return Understand(exchange, exchange.Body.Written);
    }

    private StageResult Understand(GatewayExchange exchange, ReadOnlyMemory<byte> body)
    {
        if (exchange.Route!.Api is { } table)
        {
            return apis.Read(exchange, table, body);
        }

        var reading = FhirRequestReader.Read(exchange.Canonical!, exchange.Headers, body, exchange.Route!.Language);
        if (!reading.TryGet(out var request, out var refusal))
        {
            return StageResult.Refuse(refusal, reading.Detail);
        }

        exchange.Request = request;
        return request.Handle is null ? StageResult.Continue : handles.Open(exchange, request);
    }
}
