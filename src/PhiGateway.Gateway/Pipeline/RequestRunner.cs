using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Refusals;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Vocabulary;
using Yarp.ReverseProxy.Model;

namespace PhiGateway.Gateway.Pipeline;

/// <summary>Walks one request through the pipeline; the only place where a refusal or a fault becomes an answer.</summary>
internal sealed class RequestRunner(
    GatewayPipeline pipeline,
    RouteCatalog routes,
    SnapshotHolder snapshots,
    GatewayOptions options,
    AuditTrail trail,
    GatewayMetrics metrics,
    RequestLine line,
    TimeProvider clock,
    ILogger<RequestRunner> log
)
{
    /// <summary>Handles a request, routed or not; never throws except to abort a connection whose answer has begun.</summary>
    public async Task RunAsync(HttpContext http)
    {
        var proxy = http.Features.Get<IReverseProxyFeature>();
        var route = proxy is null ? null : routes.Find(proxy);

        // A node that was away looks at the registry before it decides by what it knew.
        if (snapshots.WasAway(options.Registry.MaxUnconfirmed))
        {
            await snapshots.LookAsync(options.Registry.MaxUnconfirmed, CancellationToken.None);
        }

        var now = clock.GetUtcNow();
        using var exchange = new GatewayExchange(http, route, proxy, snapshots.Current, now, DecisionIds.New(now));
        line.Begin(exchange);
        var started = clock.GetTimestamp();
        DenyReason? refusal = null;
        var isQuestion = false;
        try
        {
            var result = await WalkAsync(exchange);
            isQuestion = result.IsAnswered;
            if (result.IsRefused(out var reason))
            {
                refusal = reason;
                await RefuseAsync(exchange, reason, result.Detail, result.Status);
            }
        }
        catch (OperationCanceledException end) when (end is ReaderGoneException || http.RequestAborted.IsCancellationRequested)
        {
            // The client went away; whatever was on record stays, delivery says what became of it.
            refusal = DenyReason.Faulted;
            await trail.CloseAbandonedAsync(exchange);
        }
        catch (MemoryExhaustedException full)
        {
            refusal = full.Reason;
            await RefuseAsync(exchange, full.Reason, MemoryExhaustedException.Budget, null);
        }
#pragma warning disable CA1031 // The one place where a fault becomes a refusal.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            refusal = DenyReason.Faulted;
            GatewayLog.RequestFaulted(log, exchange.Id, fault.GetType().Name, Faults.WhereOf(fault));
            await RefuseAsync(exchange, DenyReason.Faulted, fault.GetType().Name, null);
        }
        finally
        {
            trail.RecordDelivery(exchange);
            if (!isQuestion)
            {
                var elapsed = clock.GetElapsedTime(started);
                metrics.Observe(exchange, refusal, elapsed);
                line.End(exchange, refusal, elapsed);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StageResult> WalkAsync(GatewayExchange exchange)
    {
        var stages = pipeline.Stages;
        for (var i = 0; i < stages.Count; i++)
        {
            var result = await stages[i].RunAsync(exchange);
            if (!result.Continues)
            {
                return result;
            }
        }

        return StageResult.Continue;
    }

    private async ValueTask RefuseAsync(GatewayExchange exchange, DenyReason reason, string? detail, int? status)
    {
        if (exchange.Http.Response.HasStarted)
        {
            exchange.Http.Abort();
            await trail.RecordCutAsync(exchange, reason, detail);
            return;
        }

        await trail.CloseEntriesAsync(exchange);
        var told = await trail.RecordRefusalAsync(exchange, reason, detail);
        await RefusalWriter.WriteAsync(exchange, told, told == reason ? status : null);
    }
}
