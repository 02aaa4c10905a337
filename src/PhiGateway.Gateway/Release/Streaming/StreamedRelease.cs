using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Streaming;

/// <summary>Lets a large answer out segment by segment, and cuts it when it may not go on.</summary>
internal sealed class StreamedRelease(Exit exit, ReleaseChecks checks, SnapshotHolder snapshots)
{
    /// <summary>Runs a filter to its end.</summary>
    /// <param name="exchange">The request; its permit judges.</param>
    /// <param name="contentType">Media type of what leaves.</param>
    /// <param name="filter">The filter, given where its segments go.</param>
    /// <returns>A refusal before the first segment is an answer like any other; after it, the connection is cut.</returns>
    public async ValueTask<StageResult> RunAsync(
        GatewayExchange exchange,
        string contentType,
        Func<SegmentHandler, CancellationToken, ValueTask<StreamVerdict>> filter
    )
    {
        using var watch = new RevocationWatch(exchange, snapshots, checks);
        var sink = new SegmentSink(exchange, contentType, exit, watch);
        exchange.Status = 200;
        try
        {
            if (await filter(sink.TakeAsync, watch.Token) != StreamVerdict.Complete)
            {
                return StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement");
            }

            await sink.FinishAsync(watch.Token);
            return StageResult.Continue;
        }
        catch (OperationCanceledException) when (!exchange.Http.RequestAborted.IsCancellationRequested)
        {
            return WhyStopped(exchange, sink);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "cut-short");
        }
    }

    private StageResult WhyStopped(GatewayExchange exchange, SegmentSink sink)
    {
        // What came of it is told by how far it got: a refusal with its own reason, or a cut.
        if (checks.FindRevocation(exchange) is { } revoked)
        {
            return StageResult.Refuse(exchange.Http.Response.HasStarted ? DenyReason.RevokedWhileStreaming : revoked, revoked.Code);
        }

        return !sink.Outcome.Continues ? sink.Outcome : StageResult.Refuse(DenyReason.Faulted, "stopped");
    }
}
