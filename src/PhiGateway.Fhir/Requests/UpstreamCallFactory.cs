using PhiGateway.Policy.Decision;

namespace PhiGateway.Fhir.Requests;

/// <summary>Writes the call that goes upstream: the same meaning, narrowed by the permit's obligations, strict handling, JSON only.</summary>
public static class UpstreamCallFactory
{
    /// <summary>Generates the call; adds <see cref="NarrowSearch"/> parameters as separate ANDs and the elements that judgement needs.</summary>
    public static UpstreamCall Create(FhirRequest request, Permit permit) => throw new NotImplementedException();
}
