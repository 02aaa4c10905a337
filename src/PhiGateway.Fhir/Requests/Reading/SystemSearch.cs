using PhiGateway.Fhir.Canonical;
using PhiGateway.Policy.Decision;

namespace PhiGateway.Fhir.Requests.Reading;

/// <summary>What reading a search over several types gathers.</summary>
internal sealed record SystemSearch(IReadOnlyList<QueryParameter> Parameters, List<AccessPart> Parts);
