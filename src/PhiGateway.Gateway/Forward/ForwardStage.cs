using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Audit;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Policy.Decision;

namespace PhiGateway.Gateway.Forward;

/// <summary>Sends exactly what was allowed; a write only after its intent is durable.</summary>
internal sealed class ForwardStage(IUpstream upstream, StoredVersionGuard storedVersions, AuditTrail trail) : IStage
{
    public string Name => "Forward";

    public async ValueTask<StageResult> RunAsync(GatewayExchange exchange)
    {
        if (Discovery.IsPublic(exchange.Canonical!))
        {
            // The gateway speaks for itself: there is nothing to ask of the upstream.
            return StageResult.Continue;
        }

        // 1. A change is decided over what it changes, and tied to the version that was judged.
        string? version = null;
        if (StoredVersions.AreNeeded(exchange.Request!))
        {
            var (decided, found) = await storedVersions.DecideAsync(exchange);
            if (decided.IsRefused(out _))
            {
                return decided;
            }

            version = found;
        }

        // 2. The call, from the canonical request and the permit's obligations; behind a handle, the place that the upstream named.
        if (UpstreamCallFactory.FindConflict(exchange.Request!, exchange.Permit!) is { } conflict)
        {
            return StageResult.Refuse(conflict);
        }

        var call = exchange.Continuation is { } continuation ? continuation.ToCall() : UpstreamCallFactory.Create(exchange.Request!, exchange.Permit!);
        if (version is not null && exchange.Request!.Headers.IfMatch is null)
        {
            call = call with { Headers = [.. call.Headers, KeyValuePair.Create("If-Match", $"W/\"{version}\"")] };
        }

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
}
