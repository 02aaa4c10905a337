using PhiGateway.Fhir.Context;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Requests.Bodies;

/// <summary>Reads the facts of a resource in a request's body.</summary>
internal interface IBodyScanner
{
    /// <summary>False when the bytes are not one well-formed resource.</summary>
    bool TryScan(ReadOnlySpan<byte> json, FhirContext context, ResourceFacts facts);
}
