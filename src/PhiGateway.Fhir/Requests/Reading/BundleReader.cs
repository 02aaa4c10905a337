using PhiGateway.Policy.Decision;

namespace PhiGateway.Fhir.Requests.Reading;

/// <summary>batch and transaction: every entry is a whole request.</summary>
internal static class BundleReader
{
    internal static Reading<FhirRequest> Read(RequestSource source) => Reading<FhirRequest>.Refused(DenyReason.NotUnderstood, "bundle");
}
