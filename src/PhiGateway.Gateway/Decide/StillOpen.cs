using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>
/// Asks whether a request that was decided would still be permitted now: on the newest snapshot, at this moment, with its token. Called when
/// it is decided, when it is settled, before an entry of a batch is begun, before a write is sent, before an answer is judged and before it leaves.
/// </summary>
/// <remarks>While the snapshot is the same object and little time has passed, it costs two comparisons. Thread-safe.</remarks>
internal sealed class StillOpen(SnapshotHolder snapshots, GatewayOptions options, TimeProvider clock)
{
    private const string Detail = "while-answering";

    // Doors that close by the clock (a window of hours, the end of a task or of a credential) are seen within this time.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Brings a request to the newest snapshot and to this moment, before it is decided: reading its body, or finding out who sent it, may
    /// have taken long.
    /// </summary>
    public StageResult Renew(GatewayExchange exchange)
    {
        if (snapshots.IsTooOld(options.Registry.MaxSnapshotAge))
        {
            return StageResult.Refuse(DenyReason.SnapshotTooOld);
        }

        var now = clock.GetUtcNow();
        if (HasEnded(exchange, exchange.Identified.Caller, now))
        {
            return StageResult.Refuse(DenyReason.ExpiredToken, "while-reading");
        }

        exchange.Renew(snapshots.Current, now);
        return StageResult.Continue;
    }

    /// <summary>Decides an entry of a batch again whose turn has come, where things may have changed since the batch was decided.</summary>
    public StageResult Reopen(GatewayExchange entry)
    {
        var current = snapshots.Current;
        var now = clock.GetUtcNow();
        if (IsAsBefore(entry, current, now))
        {
            return StageResult.Continue;
        }

        if (FindLapse(entry, now) is { } lapsed)
        {
            return lapsed;
        }

        entry.Renew(current, now);
        var decided = EarlyDecision.Decide(entry);
        if (!decided.Continues)
        {
            return decided.Result;
        }

        entry.Redecide(decided.Value);
        return StageResult.Continue;
    }

    /// <summary>Continues while a settled request is permitted; what is judged after this is judged by what holds now.</summary>
    public StageResult Ask(GatewayExchange exchange)
    {
        var current = snapshots.Current;
        var now = clock.GetUtcNow();
        if (IsAsBefore(exchange, current, now))
        {
            return StageResult.Continue;
        }

        if (FindLapse(exchange, now) is { } lapsed)
        {
            return lapsed;
        }

        if (exchange.Kind == RequestKind.Transaction)
        {
            return AskEntries(exchange, current, now);
        }

        var decided = Decide(exchange, current, now);
        if (!decided.Continues)
        {
            return decided.Result;
        }

        exchange.Renew(current, now);
        exchange.Rejudge(decided.Value.Release);
        return StageResult.Continue;
    }

    /// <summary>Continues when what was judged before may leave now: it is permitted, and everybody whose data it is is covered still.</summary>
    /// <param name="exchange">A settled request.</param>
    /// <param name="judged">What leaves of its answer.</param>
    public StageResult AskWhether(GatewayExchange exchange, Disclosure judged)
    {
        var current = snapshots.Current;
        var now = clock.GetUtcNow();
        if (IsAsBefore(exchange, current, now))
        {
            return StageResult.Continue;
        }

        var (before, then) = (exchange.Snapshot, exchange.Now);
        var open = Ask(exchange);
        if (!open.Continues)
        {
            return open;
        }

        var coverage = new Coverage(before, then, current, now);
        foreach (var asked in exchange.Kind == RequestKind.Transaction ? exchange.Entries : [exchange])
        {
            coverage.Add(asked);
        }

        return FindUncovered(exchange, judged, coverage);
    }

    /// <summary>Decides on another snapshot, at another moment, over what was decided last.</summary>
    public static StageResult<Permit> Decide(GatewayExchange exchange, RegistrySnapshot snapshot, DateTimeOffset now) =>
        Decide(exchange, exchange.Identified.Caller, snapshot, now);

    /// <summary>The same as if its client had come with another token.</summary>
    public static StageResult<Permit> Decide(GatewayExchange exchange, Caller caller, RegistrySnapshot snapshot, DateTimeOffset now)
    {
        var decided = DecisionMaker.Decide(exchange, caller, exchange.DecidedParts, snapshot, now);
        return decided.Continues ? decided : StageResult.Refuse(decided.Result.Refusal ?? DenyReason.Faulted, Detail);
    }

    /// <summary>Refuses when somebody's data was judged who was covered then and is not any more.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="judged">What was judged.</param>
    /// <param name="coverage">What is asked of each patient in it.</param>
    public static StageResult FindUncovered(GatewayExchange exchange, Disclosure judged, Coverage coverage) =>
        coverage.HasLost(judged, exchange.Http.RequestAborted)
            ? StageResult.Refuse(DenyReason.OutsideRoster, Detail)
            : StageResult.Continue;

    /// <summary>Why a request ends whatever it asks: its token has, or the registry has been out of sight for too long; null: neither.</summary>
    public StageResult? FindLapse(GatewayExchange exchange, DateTimeOffset now) => FindLapse(exchange, exchange.Identified.Caller, now);

    /// <summary>The same as if its client had come with another token.</summary>
    public StageResult? FindLapse(GatewayExchange exchange, Caller caller, DateTimeOffset now)
    {
        if (HasEnded(exchange, caller, now))
        {
            return StageResult.Refuse(DenyReason.ExpiredToken, Detail);
        }

        return snapshots.IsTooOld(options.Registry.MaxSnapshotAge) ? StageResult.Refuse(DenyReason.SnapshotTooOld, Detail) : null;
    }

    private static bool IsAsBefore(GatewayExchange exchange, RegistrySnapshot current, DateTimeOffset now) =>
        ReferenceEquals(current, exchange.Snapshot) && now < exchange.Identified.Caller.ExpiresAt && now - exchange.Now < Fresh;

    // Since it was asked about last: whether it was good when it came was asked of its issuer's rules.
    private bool HasEnded(GatewayExchange exchange, Caller caller, DateTimeOffset now) =>
        now >= caller.ExpiresAt && EndOf(caller) is var end && now >= end && exchange.Now < end;

    // As the token was checked when it came: clocks may differ by what the issuer's configuration says.
    private DateTimeOffset EndOf(Caller caller)
    {
        foreach (var issuer in options.Issuers)
        {
            if (string.Equals(issuer.Name, caller.Issuer, StringComparison.Ordinal))
            {
                return caller.ExpiresAt + issuer.ClockSkew;
            }
        }

        return caller.ExpiresAt;
    }

    // Each entry under its own permit; the permit of the whole judges nothing.
    private static StageResult AskEntries(GatewayExchange exchange, RegistrySnapshot current, DateTimeOffset now)
    {
        var request = DecisionMaker.ToRequest(exchange, [], now);
        if (PolicyDecisionPoint.FindClosedDoor(request, current) is { } deny)
        {
            return StageResult.Refuse(deny.Reason, Detail);
        }

        for (var i = 0; i < exchange.Entries.Count; i++)
        {
            var entry = exchange.Entries[i];
            var decided = Decide(entry, current, now);
            if (!decided.Continues)
            {
                return decided.Result;
            }

            entry.Renew(current, now);
            entry.Rejudge(decided.Value.Release);
        }

        exchange.Renew(current, now);
        return StageResult.Continue;
    }
}
