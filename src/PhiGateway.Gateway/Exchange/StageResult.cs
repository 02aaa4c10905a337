using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// What a stage returns to the request runner: continue, answered, or a refusal with its reason. The default value is a refusal.
/// </summary>
internal readonly struct StageResult
{
    private readonly Outcome _outcome;

    private StageResult(Outcome outcome, DenyReason? refusal, string? detail, int? status) =>
        (_outcome, Refusal, Detail, Status) = (outcome, refusal, detail, status);

    private enum Outcome : byte
    {
        Refused,
        Continues,
        Answered,
    }

    /// <summary>The next stage may run.</summary>
    public static StageResult Continue { get; } = new(Outcome.Continues, null, null, null);

    /// <summary>The stage has answered, and no other stage runs: a browser's question before its request.</summary>
    public static StageResult Answered { get; } = new(Outcome.Answered, null, null, null);

    /// <summary>Whether the next step may run.</summary>
    public bool Continues => _outcome == Outcome.Continues;

    /// <summary>Whether the answer is written and nothing else is to be done.</summary>
    public bool IsAnswered => _outcome == Outcome.Answered;

    /// <summary>Why the request stops here; null where it goes on, and for the default value.</summary>
    public DenyReason? Refusal { get; }

    /// <summary>For the audit record: the rule or the broken piece of grammar, never text from the request.</summary>
    public string? Detail { get; }

    /// <summary>Status that the refusal takes instead of its reason's own: the upstream's 409, 412, 422; null: the reason's.</summary>
    public int? Status { get; }

    /// <summary>Stops the request.</summary>
    public static StageResult Refuse(DenyReason reason, string? detail = null, int? status = null) =>
        new(Outcome.Refused, reason, detail, status);

    /// <summary>The refusal, whatever way the value came about.</summary>
    public bool IsRefused(out DenyReason reason)
    {
        reason = Refusal ?? DenyReason.Faulted;
        return _outcome == Outcome.Refused;
    }
}
