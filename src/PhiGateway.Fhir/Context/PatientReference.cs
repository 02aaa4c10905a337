using System.Buffers;
using System.Text;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Context;

/// <summary>
/// Reads a literal reference to a Patient of this server, exactly; everything else (logical, contained, conditional, foreign) is not one.
/// </summary>
public static class PatientReference
{
    private const int Longest = 1024;

    /// <summary>Reads <c>Patient/1</c>, the same below one of our own bases, or with <c>/_history/v</c>.</summary>
    /// <param name="reference">The whole text of the reference.</param>
    /// <param name="onlyType">The one type the place allows: a bare id is then read as of that type; null where the type must be
    /// written.</param>
    /// <param name="context">Our own bases.</param>
    /// <param name="patient">The patient.</param>
    public static bool TryRead(ReadOnlySpan<char> reference, ResourceType? onlyType, FhirContext context, out PatientId patient)
    {
        patient = default;
        if (onlyType is { } only && only != ResourceType.Patient)
        {
            return false;
        }

        if (onlyType is not null && FhirId.IsValid(reference))
        {
            return PatientId.TryParse(reference.ToString(), out patient);
        }

        return LocalReference.TryRead(reference, context, out var local)
            && local.Type == ResourceType.Patient
            && PatientId.TryParse(local.Id.ToString(), out patient);
    }

    /// <summary>The same for UTF-8, as it stands in a resource; <c>reference</c> must already be unescaped.</summary>
    public static bool TryRead(ReadOnlySpan<byte> reference, ResourceType? onlyType, FhirContext context, out PatientId patient)
    {
        Span<char> chars = stackalloc char[Longest];
        if (reference.Length <= Longest && Ascii.ToUtf16(reference, chars, out var written) == OperationStatus.Done)
        {
            return TryRead(chars[..written], onlyType, context, out patient);
        }

        patient = default;
        return false;
    }
}
