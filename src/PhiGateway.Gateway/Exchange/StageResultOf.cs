using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Holds a value, or the refusal that stands in its place; returned by every step that finds something out. The default value is a refusal.
/// </summary>
/// <typeparam name="T">What was asked for.</typeparam>
internal readonly struct StageResult<T>
{
    private readonly T _value;

    private StageResult(T value, StageResult result) => (_value, Result) = (value, result);

    /// <summary>Whether there is a value.</summary>
    public bool Continues => Result.Continues;

    /// <summary>The refusal where there is no value.</summary>
    public StageResult Result { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">It was refused: whoever reads it has not asked.</exception>
    public T Value => Continues ? _value : throw new InvalidOperationException("A refused result has no value.");

    public static implicit operator StageResult<T>(T value) => new(value, StageResult.Continue);

    public static implicit operator StageResult<T>(StageResult refusal) =>
        refusal.Continues ? throw new InvalidOperationException("A value is missing.") : new(default!, refusal);

    /// <summary>No value, for this reason.</summary>
    public static StageResult<T> Refuse(DenyReason reason, string? detail = null, int? status = null) =>
        new(default!, StageResult.Refuse(reason, detail, status));
}
