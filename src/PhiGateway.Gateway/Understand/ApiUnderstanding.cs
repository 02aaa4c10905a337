using PhiGateway.Fhir.Apis;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Policy.Decision;

namespace PhiGateway.Gateway.Understand;

/// <summary>Understands a request on a route whose language is a declared table.</summary>
internal static class ApiUnderstanding
{
    /// <summary>Puts into the exchange what the request means; everything after decides on that as on FHIR.</summary>
    public static StageResult Read(GatewayExchange exchange, ApiTable table, ReadOnlyMemory<byte> body)
    {
        var route = exchange.Route!;
        var reading = ApiRequestReader.Read(exchange.Canonical!, exchange.Headers, body, table, route.Fhir.MaxDepth, out var allowed);
        if (!reading.TryGet(out var request, out var refusal))
        {
            exchange.AllowedMethods = allowed.Count == 0 ? null : string.Join(", ", allowed.Contains("GET") ? allowed.Prepend("HEAD") : allowed);
            return StageResult.Refuse(refusal, reading.Detail);
        }

        exchange.Api = request;
        exchange.Request = request.Meaning;
        return StageResult.Continue;
    }
}
