using System.Collections.Frozen;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Telemetry;

/// <summary>
/// Maps a refusal to the name of the setting whose budget ran out, or null; asked by <see cref="GatewayMetrics"/> for every refusal.
/// </summary>
internal static class ExhaustedBudgets
{
    private const string Introspections = "introspections-at-once";
    private const string FalseTokens = "false-tokens";

    // The budget of each reason, where the refusal does not name a closer one itself.
    private static readonly FrozenDictionary<DenyReason, string> Names = new Dictionary<DenyReason, string>
    {
        [DenyReason.BodyTooLarge] = "max-request-body",
        [DenyReason.BodyTooSlow] = "body-time",
        [DenyReason.HeadersTooLarge] = "max-token",
        [DenyReason.TooManyProofs] = "proofs",
        [DenyReason.RequestTooCostly] = "request-values",
        [DenyReason.ChainTooBroad] = "walked-records",
        [DenyReason.RateLimited] = "requests-per-second",
        [DenyReason.ConcurrencyLimited] = "concurrency",
        [DenyReason.QuotaExceeded] = "records-per-day",
        [DenyReason.AgentCallsSpent] = "calls-per-day",
        [DenyReason.TaskUsedUp] = "task-uses",
        [DenyReason.MemoryExhausted] = "held-memory",
        [DenyReason.AnswerTooLarge] = "max-answer",
        [DenyReason.ReaderTooSlow] = "least-rate",
        [DenyReason.AuditUnavailable] = "journal",
    }.ToFrozenDictionary();

    // What a refusal may name itself: words of this program only. Limits are a client's, or shared in its use case or organization.
    private static readonly FrozenSet<string> Closer = new[]
    {
        "requests-per-second",
        "concurrency",
        "parameter-values",
        "request-values",
        "request-parts",
        "spelled-characters",
        "bundle-entries",
        "walked-records",
        "walked-searches",
        "patients-per-hour",
        "patients-per-day",
        "patients-per-30-days",
        "records-per-day",
        "bytes-per-day",
        "exports-per-day",
        "writes-per-day",
        "break-glass-per-day",
        "limit-records",
        "held-memory",
        "refusals-per-minute",
        "longest-answer",
        "export-parts",
        "export-names",
        "least-rate",
    }
        .SelectMany(static name => LimitOwners.All.Select(owner => owner.NameOf(name)))
        .ToFrozenSet(StringComparer.Ordinal);

    // Where a refusal says for operators what was being done, and one budget stands behind it.
    private static readonly FrozenDictionary<(DenyReason, string), string> Behind = new Dictionary<(DenyReason, string), string>
    {
        [(DenyReason.RequestTooCostly, "names-record")] = "named-records",
        [(DenyReason.RequestTooCostly, "conditional-references")] = "named-records",
        [(DenyReason.RequestTooCostly, "names-binary")] = "named-files",
        [(DenyReason.RequestTooCostly, "targets")] = "provenance-targets",
        [(DenyReason.RequestTooCostly, "job-handle")] = "job-address",
        [(DenyReason.AnswerTooLarge, "bound-of-the-table")] = "max-items",
        [(DenyReason.AnswerTooLarge, "pages")] = "pages-per-page",
        [(DenyReason.MalformedQuery, "too many parameters")] = "parameters",
        [(DenyReason.IssuerUnavailable, Introspections)] = Introspections,
        [(DenyReason.IssuerUnavailable, FalseTokens)] = FalseTokens,
    }.ToFrozenDictionary();

    /// <summary>Every name that a refusal can be counted under, those of use cases and organizations left out.</summary>
    internal static IEnumerable<string> All =>
        Names.Values.Concat(Behind.Values).Concat(Closer.Where(static name => !name.Contains("-of-", StringComparison.Ordinal))).Distinct();

    /// <summary>The name; null when no budget is exhausted.</summary>
    /// <param name="reason">Why the request was refused.</param>
    /// <param name="detail">What the refusal says besides.</param>
    public static string? NameOf(DenyReason reason, string? detail)
    {
        // Most of these reasons are given for other causes as a rule.
        if (detail is not null && Behind.TryGetValue((reason, detail), out var behind))
        {
            return behind;
        }

        if (!Names.TryGetValue(reason, out var name))
        {
            return null;
        }

        return detail is not null && Closer.Contains(detail) ? detail : name;
    }
}
