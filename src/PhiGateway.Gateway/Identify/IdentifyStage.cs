using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Identify;

/// <summary>
/// The Identify stage of the pipeline: authenticates the request's credential and finds the registered client behind it; fills the exchange
/// with both, or refuses the credential.
/// </summary>
internal sealed class IdentifyStage(ICallerAuthenticator authenticator, GatewayMetrics metrics) : IStage
{
    public string Name => "Identify";

    public ValueTask<StageResult> RunAsync(GatewayExchange exchange) =>
        exchange.Kind switch
        {
            // SMART App Launch section 2.1 and FHIR's capabilities are read before a client has a token; they hold no PHI.
            RequestKind.PublicDocument => new(StageResult.Continue),
            RequestKind.None => AuthenticateAsync(exchange),
            _ => new(StageResult.Refuse(DenyReason.Faulted, "kind")),
        };

    private ValueTask<StageResult> AuthenticateAsync(GatewayExchange exchange)
    {
        foreach (var parameter in exchange.Ingressed.Canonical.Query)
        {
            if (string.Equals(parameter.Name, "access_token", StringComparison.OrdinalIgnoreCase))
            {
                return new(StageResult.Refuse(DenyReason.MalformedCredential, "token-in-query"));
            }
        }

        var check = authenticator.AuthenticateAsync(exchange.Http, exchange.Ingressed.Route.PublicOrigin);
        return check.IsCompletedSuccessfully ? new(Take(exchange, check.Result)) : Awaited(exchange, check);
    }

    private async ValueTask<StageResult> Awaited(GatewayExchange exchange, ValueTask<CallerResult> check) => Take(exchange, await check);

    private StageResult Take(GatewayExchange exchange, CallerResult result)
    {
        exchange.ClaimedClientId = result.IssuerClientId;
        if (result.Nonce is { } nonce)
        {
            exchange.ProofNonce = nonce;
            exchange.Http.Response.Headers[KnownHeaders.DpopNonce] = nonce;
        }

        if (!result.Reading.TryGet(out var caller, out var refusal))
        {
            exchange.Replayed = result.Replayed is { } copied ? exchange.Snapshot.FindClient(copied.Issuer, copied.ClientId) : null;
            metrics.CountToken(null, refusal);
            return StageResult.Refuse(refusal, result.Detail);
        }

        metrics.CountToken(caller.Issuer, null);
        exchange.Fill(new Identified(caller, exchange.Snapshot.FindClient(caller.Issuer, caller.ClientId)));
        return StageResult.Continue;
    }
}
