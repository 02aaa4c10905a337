using System.Collections.Concurrent;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>Makes the parts of a request that names no type and so means every one of them.</summary>
internal static class EveryType
{
    private static readonly ConcurrentDictionary<Interaction, AccessPart[]> AskedFor = new();

    /// <summary>One part per type, each of which must be permitted: nothing later can narrow the request to fewer types.</summary>
    internal static IReadOnlyList<AccessPart> Asked(Interaction interaction) =>
        AskedFor.GetOrAdd(
            interaction,
            static key => [.. ResourceType.All.Select(type => new AccessPart { Interaction = key, Type = type })]
        );

    /// <summary>One part per type that may be dropped where the request can be narrowed to the types that remain.</summary>
    internal static IEnumerable<AccessPart> Droppable(
        Interaction interaction,
        ResourceTypeSet types,
        IReadOnlyList<PatientId> patients,
        string? operation = null,
        IReadOnlyList<string>? uses = null
    )
    {
        foreach (var type in types.Members())
        {
            yield return new AccessPart
            {
                Interaction = interaction,
                Type = type,
                Patients = patients,
                Operation = operation,
                IsWildcard = true,
                Uses = uses ?? [],
            };
        }
    }
}
