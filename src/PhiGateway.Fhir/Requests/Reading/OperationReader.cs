using PhiGateway.Policy.Decision;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Reading;

/// <summary>Named operations at three levels.</summary>
internal static class OperationReader
{
    internal static Reading<FhirRequest> Read(RequestSource source, ResourceType type, string? id, string name) =>
        Reading<FhirRequest>.Refused(DenyReason.OperationNotSupported, "operation");
}
