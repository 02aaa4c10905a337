using PhiGateway.Fhir.Canonical;
using PhiGateway.Policy.Decision;

namespace PhiGateway.Fhir.Requests.Reading;

/// <summary>A condition that was read.</summary>
internal sealed record Condition(IReadOnlyList<QueryParameter> Parameters, IReadOnlyList<AccessPart> Parts, IReadOnlyList<UsedParameter> Used);
