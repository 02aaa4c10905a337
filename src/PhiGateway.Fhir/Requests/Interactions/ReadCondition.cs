using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>The search of a condition as it was read; can be made a search request of its own.</summary>
internal sealed record ReadCondition(
    IReadOnlyList<QueryParameter> Parameters,
    IReadOnlyList<AccessPart> Parts,
    IReadOnlyList<UsedParameter> Used
)
{
    /// <summary>More matches than this on one page are not needed: two are too many already.</summary>
    private const string Page = "50";

    /// <summary>The condition as the search that it is.</summary>
    internal FhirRequest ToSearch(string basePath)
    {
        var type = Parts[0].Type;
        QueryParameter[] parameters = [.. Parameters, new QueryParameter("_count", Page)];
        return new FhirRequest
        {
            Canonical = new CanonicalRequest("GET", basePath, [type.Name], parameters),
            Interaction = Interaction.SearchType,
            Type = type,
            Parameters = parameters,
            Parts = [Parts[0] with { Role = PartRole.Target }, .. Parts.Skip(1)],
            Template = RouteTemplate.Of("GET", type, string.Empty),
        };
    }
}
