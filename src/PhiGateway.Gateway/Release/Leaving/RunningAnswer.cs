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
    private readonly GatewayOptions _options;
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _tokenEnds;
    private readonly DateTimeOffset _ends;
    private RegistrySnapshot _asked;

    public RunningAnswer(GatewayExchange exchange, SnapshotHolder snapshots, GatewayOptions options, TimeProvider clock)
    {
        (_exchange, _snapshots, _options, _clock) = (exchange, snapshots, options, clock);
        _asked = exchange.Snapshot;
        Release = new LiveRelease(exchange.Permit.Release);
        var caller = exchange.Identified.Caller;
        var issuer = options.Issuers.FirstOrDefault(known => known.Name == caller.Issuer);
        _tokenEnds = caller.ExpiresAt + (issuer?.ClockSkew ?? TimeSpan.Zero);
        _ends = exchange.Now + options.Limits.LongestAnswer;
    }

    /// <summary>What judges the resources to come.</summary>
    public LiveRelease Release { get; }

    /// <summary>Continues when a segment that was judged may still leave; the segments after it are judged by what holds now.</summary>
    /// <param name="segment">What the segment lets out.</param>
    public StageResult Ask(Disclosure segment)
    {
        var current = _snapshots.Current;
        var decided = Decide(current);
        if (!decided.Continues)
        {
            return decided.Result;
        }

        if (ReferenceEquals(current, _asked))
        {
            return StageResult.Continue;
        }

        // It was judged by what held before: nobody may be in it who was covered then and is not any more.
        for (var i = 0; i < segment.Patients.Count; i++)
        {
            if (Covers(_asked, segment.Patients[i]) && !Covers(current, segment.Patients[i]))
            {
                return StageResult.Refuse(DenyReason.OutsideRoster, "while-answering");
            }
        }

        Release.Use(decided.Value.Release);
        _asked = current;
        return StageResult.Continue;
    }

    /// <summary>Whether the answer may not go on under what holds now, whatever is in it.</summary>
    public bool FindClosed(out StageResult refused)
    {
        refused = Decide(_snapshots.Current).Result;
        return !refused.Continues;
    }

    private StageResult<Permit> Decide(RegistrySnapshot current)
    {
        var now = _clock.GetUtcNow();
        if (now >= _tokenEnds)
        {
            return StageResult.Refuse(DenyReason.ExpiredToken, "while-answering");
        }

        if (now >= _ends)
        {
            return StageResult.Refuse(DenyReason.AnswerTooLarge, "longest-answer");
        }

        if (_snapshots.IsTooOld(_options.Registry.MaxSnapshotAge))
        {
            return StageResult.Refuse(DenyReason.SnapshotTooOld, "while-answering");
        }

        var decided = DecisionMaker.Decide(_exchange, _exchange.Request.Parts, current, now);
        return decided.Continues ? decided : StageResult.Refuse(decided.Result.Refusal ?? DenyReason.Faulted, "while-answering");
    }

    // The same question, for this one patient only.
    private bool Covers(RegistrySnapshot snapshot, PatientId patient)
    {
        var parts = _exchange.Request.Parts;
        var one = new AccessPart[parts.Count];
        for (var i = 0; i < one.Length; i++)
        {
            one[i] = parts[i].Role == PartRole.Target ? parts[i] with { Patients = [patient] } : parts[i];
        }

        return DecisionMaker.Decide(_exchange, one, snapshot, _clock.GetUtcNow()).Continues;
    }
}
