using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Gateway.Exchange;

/// <summary>A search that the gateway makes for a condition of its client's.</summary>
/// <param name="Request">The search.</param>
/// <param name="Permit">Under which it is made and its answer judged.</param>
internal sealed record OwnSearch(FhirRequest Request, Permit Permit);
