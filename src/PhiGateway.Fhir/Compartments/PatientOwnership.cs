using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Compartments;

/// <summary>
/// Says which elements of a resource name the patient whose record it is: the one definition that requests, narrowing and answers share.
/// </summary>
/// <remarks>Narrower than the Patient compartment, which also counts performers, authors and recorders.</remarks>
public static class PatientOwnership
{
    private static readonly string[][] ByType = Load();

    /// <summary>Element paths of the owner; empty for types without one.</summary>
    public static IReadOnlyList<string> OwnerElements(ResourceType type) => ByType[type.Index];

    /// <summary>Whether there is at least one path and every one of them names an owner.</summary>
    internal static bool AreOwners(ResourceType type, string[] paths)
    {
        foreach (var path in paths)
        {
            if (Array.IndexOf(ByType[type.Index], path) < 0)
            {
                return false;
            }
        }

        return paths.Length > 0;
    }

    private static string[][] Load()
    {
        using var document = EmbeddedJson.Read("patient_paths.json");
        var tables = new string[ResourceType.IndexCount][];
        Array.Fill(tables, []);
        foreach (var typed in document.RootElement.GetProperty("types").EnumerateObject())
        {
            tables[ResourceType.Parse(typed.Name).Index] = EmbeddedJson.Strings(typed.Value.GetProperty("owner"));
        }

        return tables;
    }
}
