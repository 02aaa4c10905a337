using PhiGateway.Proof.Building;
using PhiGateway.Proof.Verification;
using PhiGateway.Proof.Witnessing;

namespace PhiGateway.Gateway.Health;

/// <summary>Says in words how a node's transparency log is. Asked by <see cref="Readiness"/>.</summary>
/// <remarks>
/// A changed record does not make the next one less true, and one that is not signed yet is signed later: someone must look, and the node goes
/// on. A changed journal closes it.
/// </remarks>
internal static class ProofReadiness
{
    /// <summary>The part "audit proof".</summary>
    public static ReadinessPart Of(TransparencyLogStatus log, LogWatchStatus watch, IReadOnlyList<WitnessStatus> witnesses) =>
        new("audit proof", Ready: IsTrue(log, watch) && log.Problem is null, Critical: false, Words(log, watch, witnesses))
        {
            Plain = Plain(log, watch),
        };

    private static bool IsTrue(TransparencyLogStatus log, LogWatchStatus watch) => log.Fault is null && watch.Findings.Count == 0;

    private static string Plain(TransparencyLogStatus log, LogWatchStatus watch)
    {
        if (!IsTrue(log, watch))
        {
            return "the trail is not what was recorded: see docs/runbooks/log-contradicts.md";
        }

        return log.Problem is null
            ? "records are under signed checkpoints"
            : "records are kept, but not all that signs them works: it is tried again, see the node's log";
    }

    private static string Words(TransparencyLogStatus log, LogWatchStatus watch, IReadOnlyList<WitnessStatus> witnesses)
    {
        var words = $"{log.Size} records under the newest checkpoint, {log.Lag} not yet, {watch.Verified} verified since the start";
        foreach (var more in new[] { log.Fault, log.Problem, watch.Problem }.OfType<string>())
        {
            words += $"; {more}";
        }

        if (watch.AnewSince is { } since)
        {
            words += $"; the store went back, and {watch.Compared} records of it are compared anew since {since:yyyy-MM-dd'T'HH:mm:ss'Z'}";
        }

        foreach (var witness in witnesses)
        {
            words += $"; witness {witness.Name}: {witness.Problem ?? $"{witness.Size} records cosigned"}";
        }

        return watch.Findings.Count == 0
            ? words
            : $"{words}; {watch.Findings.Count} findings, the first: {watch.Findings[0].Code}; see docs/runbooks/log-contradicts.md";
    }
}
