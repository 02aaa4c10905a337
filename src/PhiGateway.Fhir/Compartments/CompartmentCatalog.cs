using System.Collections.Frozen;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Compartments;

/// <summary>
/// Lists the types that can be in each of HL7's five compartments; used to read compartment searches, exports and <c>$everything</c>.
/// </summary>
public static class CompartmentCatalog
{
    private static readonly Dictionary<(ResourceType, ResourceType), string[]> Ways = [];
    private static readonly FrozenDictionary<ResourceType, ResourceTypeSet> Compartments = Load();

    /// <summary>Whether the type names a compartment.</summary>
    public static bool IsCompartment(ResourceType type) => Compartments.ContainsKey(type);

    /// <summary>Types that belong to the compartment through at least one parameter; the compartment's own type is one of them.</summary>
    public static ResourceTypeSet Members(ResourceType compartment) =>
        Compartments.TryGetValue(compartment, out var members) ? members : default;

    /// <summary>Parameters by which resources of a type belong to a compartment; none for the compartment's own type.</summary>
    internal static IReadOnlyList<string> Parameters(ResourceType compartment, ResourceType member) =>
        Ways.GetValueOrDefault((compartment, member)) ?? [];

    private static FrozenDictionary<ResourceType, ResourceTypeSet> Load()
    {
        using var document = EmbeddedJson.Read("compartments.json");
        var tables = new Dictionary<ResourceType, ResourceTypeSet>();
        foreach (var compartment in document.RootElement.EnumerateObject())
        {
            var own = ResourceType.Parse(compartment.Name);
            var members = default(ResourceTypeSet).With(own);
            foreach (var member in compartment.Value.EnumerateObject())
            {
                var type = ResourceType.Parse(member.Name);
                members = members.With(type);
                Ways.Add((own, type), [.. EmbeddedJson.Strings(member.Value)]);
            }

            tables.Add(own, members);
        }

        return tables.ToFrozenDictionary();
    }
}
