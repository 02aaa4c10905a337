using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>
/// Asks the whole question again for an answer that is running: on the newest snapshot, at this moment, before each segment and whenever a
/// snapshot is published. What began under a permit goes on only while there is one.
/// </summary>
/// <remarks>One per streaming answer; <see cref="FindClosed"/> is asked by other threads too.</remarks>
internal sealed class RunningAnswer
{
    private readonly GatewayExchange _exchange;
    private readonly SnapshotHolder _snapshots;
    private readonly StillOpen _still;
    private readonly RenewedTokens.Running _tokens;
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _ends;
    private RegistrySnapshot _asked;
    private DateTimeOffset _askedAt;

    public RunningAnswer(
        GatewayExchange exchange,
        SnapshotHolder snapshots,
        StillOpen still,
        RenewedTokens.Running tokens,
        GatewayOptions options,
        TimeProvider clock
    )
    {
        (_exchange, _snapshots, _still, _tokens, _clock) = (exchange, snapshots, still, tokens, clock);
        (_asked, _askedAt) = (exchange.Snapshot, exchange.Now);
        Release = new LiveRelease(exchange.Permit.Release);
        _ends = exchange.Now + options.Limits.LongestAnswer;
    }

    /// <summary>What judges the resources to come.</summary>
    public LiveRelease Release { get; }

    /// <summary>Continues when a segment that was judged may still leave; the segments after it are judged by what holds now.</summary>
    /// <param name="segment">What the segment lets out.</param>
    public StageResult Ask(Disclosure segment)
    {
        var (current, now) = (_snapshots.Current, _clock.GetUtcNow());
        var decided = Decide(current, now, out var caller);
        if (!decided.Continues)
        {
            return decided.Result;
        }

        if (!ReferenceEquals(caller, _exchange.Identified.Caller))
        {
            _exchange.TurnTo(caller);
        }

        if (ReferenceEquals(current, _asked))
        {
            return StageResult.Continue;
        }

        // It was judged by what held before: nobody may be in it who was covered then and is not any more.
        var coverage = new Coverage(_asked, _askedAt, current, now);
        coverage.Add(_exchange);
        var covered = StillOpen.FindUncovered(_exchange, segment, coverage);
        if (!covered.Continues)
        {
            return covered;
        }

        Release.Use(decided.Value.Release);
        (_asked, _askedAt) = (current, now);
        return StageResult.Continue;
    }

    /// <summary>Whether the answer may not go on under what holds now, whatever is in it.</summary>
    public bool FindClosed(out StageResult refused)
    {
        refused = Decide(_snapshots.Current, _clock.GetUtcNow(), out _).Result;
        return !refused.Continues;
    }

    // Under the token with which it was asked for, and, once that has ended, under the one with which its client came since.
    private StageResult<Permit> Decide(RegistrySnapshot current, DateTimeOffset now, out Caller caller)
    {
        caller = _exchange.Identified.Caller;
        var lapsed = _still.FindLapse(_exchange, caller, now);
        if (lapsed?.Refusal == DenyReason.ExpiredToken && _tokens.Newest is var newest && !ReferenceEquals(newest, caller))
        {
            caller = newest;
            lapsed = _still.FindLapse(_exchange, caller, now);
        }

        if (lapsed is { } refused)
        {
            return refused;
        }

        // One of the tokens that it has run under, and that ended by itself, was revoked after all.
        if (
            !ReferenceEquals(caller, _tokens.First)
            && PolicyDecisionPoint.FindRevocation(_tokens.First, _exchange.Ingressed.Route.Tenant, current) is { } revoked
        )
        {
            return StageResult.Refuse(revoked, "while-answering");
        }

        return now >= _ends
            ? StageResult.Refuse(DenyReason.AnswerTooLarge, "longest-answer")
            : StillOpen.Decide(_exchange, caller, current, now);
    }
}
