using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>What a stage answers: go on, or a refusal. The default value is a refusal.</summary>
internal readonly struct StageResult
{
    private readonly bool _continues;

    private StageResult(bool continues, DenyReason? refusal, string? detail) =>
        (_continues, Refusal, Detail) = (continues, refusal, detail);

    /// <summary>The next stage may run.</summary>
    public static StageResult Continue { get; } = new(true, null, null);

    /// <summary>Why the request stops here; null exactly when it goes on.</summary>
    public DenyReason? Refusal { get; }

    /// <summary>For the audit record: the rule or the broken piece of grammar, never text from the request.</summary>
    public string? Detail { get; }

    /// <summary>Stops the request.</summary>
    public static StageResult Refuse(DenyReason reason, string? detail = null) => new(false, reason, detail);

    /// <summary>The refusal, whatever way the value came about.</summary>
    public bool IsRefused(out DenyReason reason)
    {
        reason = Refusal ?? DenyReason.Faulted;
        return !_continues;
    }
}
