using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Gateway.Exchange;

/// <summary>A search that the gateway itself makes to look up a condition of its client's, with the permit for it.</summary>
/// <param name="Request">The search.</param>
/// <param name="Permit">Under which it is made and its answer judged.</param>
internal sealed record OwnSearch(FhirRequest Request, Permit Permit);
