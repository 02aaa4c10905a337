using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Streaming;

/// <summary>Filters a large answer while it arrives and lets it out segment by segment; cuts it off when it may not go on.</summary>
internal sealed class StreamedRelease(
    Exit exit,
    SnapshotHolder snapshots,
    StillOpen still,
    RenewedTokens tokens,
    AnswerBuffers buffers,
    CutAnswers cut,
    GatewayOptions options,
    TimeProvider clock
)
{
    /// <summary>Runs a filter to its end.</summary>
    /// <param name="exchange">The request; its permit judges.</param>
    /// <param name="contentType">Media type of what leaves.</param>
    /// <param name="filter">The filter, given what judges, where its segments go and how much it may hold.</param>
    /// <returns>A refusal before the first segment is an answer like any other; after it, the connection is cut.</returns>
    public async ValueTask<StageResult> RunAsync(
        GatewayExchange exchange,
        string contentType,
        Func<ReleasePolicy, SegmentHandler, StreamLimits, CancellationToken, ValueTask<StreamVerdict>> filter
    )
    {
        // A long resource takes room for itself and for what is written of it.
        using var room = buffers.Take(exchange, 0);
        var limits = new StreamLimits
        {
            MaxResourceBytes = options.Limits.MaxAnswer,
            TakeRoom = bytes => room.Grow(2 * bytes, HeldFor.Read),
        };
        using var renewals = tokens.Begin(exchange.Identified.Caller, DecisionMaker.PeerOf(exchange));
        var running = new RunningAnswer(exchange, snapshots, still, renewals, options, clock);
        using var watch = new RevocationWatch(exchange, snapshots, running, cut);
        var sink = new SegmentSink(exchange, contentType, exit, running, watch);
        exchange.Status = 200;
        try
        {
            switch (await filter(running.Release, sink.TakeAsync, limits, watch.Token))
            {
                case StreamVerdict.Complete:
                    await sink.FinishAsync(watch.Token);
                    return StageResult.Continue;
                case StreamVerdict.TooLarge:
                    return StageResult.Refuse(DenyReason.AnswerTooLarge, "entry");
                default:
                    return StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement");
            }
        }
        catch (OperationCanceledException end)
            when (end is not ReaderGoneException && !exchange.Http.RequestAborted.IsCancellationRequested)
        {
            return WhyStopped(exchange, sink, running);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "cut-short");
        }
    }

    private StageResult WhyStopped(GatewayExchange exchange, SegmentSink sink, RunningAnswer running)
    {
        // What came of it is told by how far it got: a refusal with its own reason, or a cut.
        if (FindRevocation(exchange) is { } revoked)
        {
            return StageResult.Refuse(exchange.Http.Response.HasStarted ? DenyReason.RevokedWhileStreaming : revoked, revoked.Code);
        }

        if (!sink.Outcome.Continues)
        {
            return sink.Outcome;
        }

        return running.FindClosed(out var closed) ? closed : StageResult.Refuse(DenyReason.Faulted, "stopped");
    }

    // One that came after the decision; null while there is none.
    private DenyReason? FindRevocation(GatewayExchange exchange) =>
        ReferenceEquals(snapshots.Current, exchange.Snapshot)
            ? null
            : PolicyDecisionPoint.FindRevocation(exchange.Identified.Caller, exchange.Ingressed.Route.Tenant, snapshots.Current);
}
