using System.Text.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Lists the elements in which each type names patients, from HL7's definitions (<c>Data/patient_paths.json</c>). Read once.
/// </summary>
internal sealed class PatientPathTable
{
    private readonly PatientPaths?[] _paths = new PatientPaths?[ResourceType.IndexCount];

    private PatientPathTable()
    {
        using var stream =
            typeof(PatientPathTable).Assembly.GetManifestResourceStream("PhiGateway.Fhir.Data.patient_paths.json")
            ?? throw new InvalidOperationException("The table of patient paths is not in the assembly.");
        using var document = JsonDocument.Parse(stream);
        foreach (var entry in document.RootElement.GetProperty("types").EnumerateObject())
        {
            var type = ResourceType.Parse(entry.Name);
            var owner = Names(entry.Value, "owner");
            var anything = Names(entry.Value, "anyTargetReferencePaths");
            _paths[type.Index] = new PatientPaths(
                owner,
                Names(entry.Value, "allPatientReferencePaths").Concat(anything).Except(owner).Distinct().ToArray(),
                entry.Value.GetProperty("inPatientCompartment").GetBoolean(),
                entry.Value.TryGetProperty("indirect", out _),
                owner.Length > 0 && Array.TrueForAll(owner, name => Array.IndexOf(anything, name) >= 0)
            );
        }
    }

    public static PatientPathTable Instance { get; } = new();

    /// <summary>The row of a type; a type without a row points at patients in ways nobody wrote down, so it is indirect.</summary>
    public PatientPaths For(ResourceType type) => _paths[type.Index] ?? new PatientPaths([], [], true, true, false);

    /// <summary>Whether a reference to this type, where an owner is named, says that the record is nobody's.</summary>
    /// <remarks>
    /// A device under test, a ward, a batch of a drug. A Group, a RelatedPerson or an Encounter stands for patients, so it says no such
    /// thing.
    /// </remarks>
    public bool IsNobody(ResourceType type) => type.Name == "Device" || IsNobodys(type);

    /// <summary>Whether resources of this type are nobody's record, whatever they say.</summary>
    public bool IsNobodys(ResourceType type) => For(type) is { Owner: [], InCompartment: false, Indirect: false };

    /// <summary>Whether a reference alone says whose what it points at is: a Patient, and what is nobody's record.</summary>
    public bool IsKnownByItself(ResourceType type) => type == ResourceType.Patient || IsNobodys(type);

    private static string[] Names(JsonElement row, string property) =>
        row.GetProperty(property).EnumerateArray().Select(static name => name.GetString() ?? string.Empty).ToArray();
}

/// <summary>The elements of one type that name patients: a row of the table.</summary>
/// <param name="Owner">Elements that say whose record it is.</param>
/// <param name="Others">Further elements that can name a patient.</param>
/// <param name="InCompartment">In the Patient compartment of R4.</param>
/// <param name="Indirect">Whose it is cannot be read from the resource itself, but for a literal Patient in its owner element.</param>
/// <param name="OfTargets">It speaks of other resources of any type (Provenance of its targets), and belongs to whom they belong
/// to.</param>
internal sealed record PatientPaths(string[] Owner, string[] Others, bool InCompartment, bool Indirect, bool OfTargets);
