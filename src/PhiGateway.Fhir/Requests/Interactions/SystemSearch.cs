using PhiGateway.Fhir.Canonical;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>The parameters and parts that reading a search over several types gathers.</summary>
internal sealed record SystemSearch(IReadOnlyList<QueryParameter> Parameters, List<AccessPart> Parts);
