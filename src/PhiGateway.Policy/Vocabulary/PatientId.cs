namespace PhiGateway.Policy.Vocabulary;

/// <summary>The logical id of a Patient resource in one tenant: 1 to 64 of <c>[A-Za-z0-9-.]</c> (R4, datatype id).</summary>
/// <remarks>PHI: never written to a log, a metric or a trace.</remarks>
public readonly record struct PatientId
{
    private PatientId(string value) => Value = value;

    /// <summary>The id without <c>Patient/</c>; null only for the default value, which matches nothing.</summary>
    public string? Value { get; }

    /// <summary>Reads a bare id; false for anything else.</summary>
    public static bool TryParse(string? value, out PatientId id)
    {
        if (value is not null && FhirId.IsValid(value))
        {
            id = new PatientId(value);
            return true;
        }

        id = default;
        return false;
    }

    /// <summary>Reads an id that must be right; throws <see cref="FormatException"/> otherwise.</summary>
    public static PatientId Parse(string value) => TryParse(value, out var id) ? id : throw new FormatException("Not a FHIR id.");

    /// <summary>Deliberately says nothing: an id is PHI.</summary>
    public override string ToString() => "[patient]";
}
