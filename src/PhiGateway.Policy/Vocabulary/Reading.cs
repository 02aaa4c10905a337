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

    private Reading(T? value, DenyReason? refusal, string? detail, RequestPlace? place) =>
        (_value, _refusal, Detail, Place) = (value, refusal, detail, place);

    /// <summary>For operators: which rule of the grammar was broken. Never holds text from the request.</summary>
    public string? Detail { get; }

    /// <summary>For the client: which part of its request the refusal is about; null: none in particular.</summary>
    public RequestPlace? Place { get; }

    /// <summary>Read, in one way.</summary>
    public static Reading<T> Of(T value) => new(value, null, null, null);

    /// <summary>Refused.</summary>
    public static Reading<T> Refused(DenyReason reason, string? detail = null, RequestPlace? place = null) =>
        new(null, reason, detail, place);

    /// <summary>The value, or the reason there is none.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out DenyReason? refusal)
    {
        value = _value;
        refusal = _value is null ? _refusal ?? DenyReason.NotUnderstood : null;
        return value is not null;
    }
}
