using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Apis;

/// <summary>Where one record, in a body or an answer, says what policy must know of it; immutable.</summary>
internal sealed record ApiShape
{
    /// <summary>Type of every record of this shape.</summary>
    public required ResourceType Type { get; init; }

    /// <summary>Confidentiality of a record that says none.</summary>
    public required Confidentiality Floor { get; init; }

    public JsonPointer? Patient { get; init; }

    public PatientIdForm PatientForm { get; init; } = new(string.Empty, false);

    /// <summary>The record is that of the patient whom the request's line names.</summary>
    public bool TakesRequestPatient { get; init; }

    /// <summary>The type is nobody's record.</summary>
    public bool IsNobodys { get; init; }

    public JsonPointer? Id { get; init; }

    public JsonPointer? Confidentiality { get; init; }

    public JsonPointer? Labels { get; init; }

    /// <summary>Token parameters and where their codes stand.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonPointer>> Tokens { get; init; } = [];

    /// <summary>Top-level members that say whose the record is, what it is or how it is labelled.</summary>
    public IEnumerable<string> ProtectedMembers() =>
        new[] { Patient, Id, Confidentiality, Labels }.Concat(Tokens.Select(static token => token.Value)).Select(static pointer => pointer?.Steps[0]).OfType<string>();
}
