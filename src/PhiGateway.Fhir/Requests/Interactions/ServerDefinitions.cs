using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>
/// Refuses to write or delete what tells a server how to search; asked by the readers of writes, whether alone or in a Bundle.
/// </summary>
/// <remarks>
/// Security: servers index by the SearchParameters that are stored in them, and a stored one may give another meaning to a code of R4's: every
/// client's questions would then be about other elements than those that they were permitted for, and the gateway's own looks (who names a
/// file, which records bear a label) would find other records. Whoever may write them looks harmless in a review: they are nobody's data.
/// </remarks>
internal static class ServerDefinitions
{
    private static readonly ResourceTypeSet Types = ResourceTypeSet.Of([
        ResourceType.Parse("SearchParameter"),
        ResourceType.Parse("CompartmentDefinition"),
    ]);

    /// <summary>The refusal; null: the type is none of them, or the server does not take them up.</summary>
    public static Refusal? Check(RequestSource source, ResourceType type) =>
        source.Context.TakesUpParameters && Types.Contains(type)
            ? Refusal.Unknown("a stored search parameter changes what every search finds")
            : null;
}
