using PhiGateway.Policy.Decision;

namespace PhiGateway.Fhir.Requests.Reading;

/// <summary>Reads the facts of a resource in a request's body.</summary>
internal interface IBodyScanner
{
    /// <summary>False when the bytes are not one well-formed resource.</summary>
    bool TryScan(ReadOnlySpan<byte> json, FhirContext context, ResourceFacts facts);
}
