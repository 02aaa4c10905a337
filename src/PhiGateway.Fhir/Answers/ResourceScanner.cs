using PhiGateway.Policy.Decision;

namespace PhiGateway.Fhir.Answers;

/// <summary>Reads out of one resource's JSON what policy needs to judge it, in one forward pass without a document tree.</summary>
public static class ResourceScanner
{
    /// <summary>Scans exactly one resource; false when the bytes are not exactly one well-formed resource of a known type (duplicate members, trailing bytes, too deep …).</summary>
    /// <param name="json">One whole resource.</param>
    /// <param name="policy">Says which token parameters are needed per type.</param>
    /// <param name="context">Bases and depth.</param>
    /// <param name="facts">Reset and filled.</param>
    public static bool TryScan(ReadOnlySpan<byte> json, ReleasePolicy policy, FhirContext context, ResourceFacts facts) => throw new NotImplementedException();
}
