using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Requests.Bodies;

/// <summary>
/// Reads the facts of a written body with the scanner that also judges answers, so that what goes in is read exactly like what comes out.
/// </summary>
internal sealed class ResourceBodyScanner : IBodyScanner
{
    internal static readonly ResourceBodyScanner Instance = new();

    public bool TryScan(ReadOnlySpan<byte> json, FhirContext context, ResourceFacts facts) =>
        ResourceScanner.TryScanForDecision(json, context, facts);
}
