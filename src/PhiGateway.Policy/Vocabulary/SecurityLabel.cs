namespace PhiGateway.Policy.Vocabulary;

/// <summary>One coding of <c>meta.security</c>: a sensitivity, a handling caveat, a law.</summary>
/// <param name="System">Code system URI; empty when the coding names none, which matches no permission.</param>
/// <param name="Code">The code, case-sensitive.</param>
public readonly record struct SecurityLabel(string System, string Code)
{
    /// <summary>Stands for a code that some grant names without saying of which system, in the place of the system.</summary>
    public const string AnySystem = "urn:phi-gateway:any-system";

    /// <summary>Stands for a label that some grant names of which nobody here can say what it is: no grant permits it.</summary>
    public static SecurityLabel Unknown { get; } = new(string.Empty, "?");

    // Codes that say how a resource was processed, or that it is a test: they carry no sensitivity (HL7 v3-ObservationValue, v3-ActReason).
    // Codes that demand what happens with every release (v3-ActCode) ask for nothing more.
    private const string ObservationValue = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

    /// <summary>Whether it withholds nothing from anybody.</summary>
    public bool IsNeutral =>
        System == ObservationValue
        || (System == PurposeOfUse.System && Code == "HTEST")
        || (System == ActCodes.System && ActCodes.IsFulfilled(Code));
}
