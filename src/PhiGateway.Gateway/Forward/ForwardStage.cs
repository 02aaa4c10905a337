using PhiGateway.Fhir.Apis;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Audit;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Policy.Decision;

namespace PhiGateway.Gateway.Forward;

/// <summary>Sends exactly what was allowed; a write only after its intent is durable.</summary>
internal sealed class ForwardStage(IUpstream upstream, StoredVersionGuard storedVersions, ApiVersionGuard apiVersions, AuditTrail trail) : IStage
{
    public string Name => "Forward";

    public async ValueTask<StageResult> RunAsync(GatewayExchange exchange)
    {
        if (Discovery.IsPublic(exchange))
        {
            // The gateway speaks for itself: there is nothing to ask of the upstream.
            return StageResult.Continue;
        }

        // 1. A change is decided over what it changes, and tied to the version that was judged.
        string? version = null;
        if (StoredVersions.AreNeeded(exchange))
        {
            var (decided, found) = exchange.Api is { } changed ? await apiVersions.DecideAsync(exchange, changed) : await storedVersions.DecideAsync(exchange);
            if (decided.IsRefused(out _))
            {
                return decided;
            }

            version = found;
        }

        // 2. The call, from the canonical request and the permit's obligations; behind a handle, the place that the upstream named.
        if (exchange.Api is null && UpstreamCallFactory.FindConflict(exchange.Request!, exchange.Permit!) is { } conflict)
        {
            return StageResult.Refuse(conflict);
        }

        var call = exchange.Api is { } api ? ApiCallFactory.Create(api, version) : CallOf(exchange, version);

        // 3. A write's intent, durable before the upstream hears of it.
        if (exchange.Asked!.IsWrite)
        {
            var recorded = await trail.RecordIntentAsync(exchange);
            if (recorded.IsRefused(out _))
            {
                return recorded;
            }
        }

        // 4. Away with it.
        var sent = await upstream.SendAsync(call, exchange, exchange.Http.RequestAborted);
        if (sent.Answer is not { } answer)
        {
            return StageResult.Refuse(sent.Failure ?? DenyReason.UpstreamUnavailable);
        }

        exchange.Answer = answer;
        return StageResult.Continue;
    }

    private static UpstreamCall CallOf(GatewayExchange exchange, string? version)
    {
        var call = exchange.Continuation is { } continuation ? continuation.ToCall() : UpstreamCallFactory.Create(exchange.Request!, exchange.Permit!);
        return version is not null && exchange.Request!.Headers.IfMatch is null
            ? call with { Headers = [.. call.Headers, KeyValuePair.Create("If-Match", $"W/\"{version}\"")] }
            : call;
    }
}
