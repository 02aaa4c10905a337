using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Decision;

namespace PhiGateway.Fhir.Requests.Reading;

/// <summary>The scanner that also judges answers: what goes in is read exactly like what comes out.</summary>
internal sealed class ResourceBodyScanner : IBodyScanner
{
    internal static readonly ResourceBodyScanner Instance = new();

    public bool TryScan(ReadOnlySpan<byte> json, FhirContext context, ResourceFacts facts) => ResourceScanner.TryScan(json, BodyPolicy.Instance, context, facts);
}
