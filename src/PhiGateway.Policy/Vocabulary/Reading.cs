using System.Diagnostics.CodeAnalysis;

namespace PhiGateway.Policy.Vocabulary;

/// <summary>
/// The house's one shape for a value or a refusal, below the pipeline: what became of reading or checking something that a client or an
/// upstream sent. Returned by the readers of requests and by the check of credentials.
/// </summary>
/// <remarks>The default value is a refusal.</remarks>
public readonly struct Reading<T>
    where T : class
{
    private readonly T? _value;
    private readonly DenyReason? _refusal;

    private Reading(T? value, DenyReason? refusal, string? detail) => (_value, _refusal, Detail) = (value, refusal, detail);

    /// <summary>For operators: which rule of the grammar was broken. Never holds text from the request.</summary>
    public string? Detail { get; }

    /// <summary>Read, in one way.</summary>
    public static Reading<T> Of(T value) => new(value, null, null);

    /// <summary>Refused.</summary>
    public static Reading<T> Refused(DenyReason reason, string? detail = null) => new(null, reason, detail);

    /// <summary>The value, or the reason there is none.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out DenyReason? refusal)
    {
        value = _value;
        refusal = _value is null ? _refusal ?? DenyReason.NotUnderstood : null;
        return value is not null;
    }
}
