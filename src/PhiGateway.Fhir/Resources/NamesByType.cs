using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>Puts names of resources together as they are looked up: a search asks for ids of one type.</summary>
internal static class NamesByType
{
    /// <summary>The ids of each type, in the order in which they were named.</summary>
    internal static IReadOnlyList<KeyValuePair<ResourceType, string[]>> ByType(this IEnumerable<ResourceName> names) =>
        [
            .. names
                .GroupBy(static name => name.Type, static name => name.Id)
                .Select(static group => KeyValuePair.Create(group.Key, group.ToArray())),
        ];
}
