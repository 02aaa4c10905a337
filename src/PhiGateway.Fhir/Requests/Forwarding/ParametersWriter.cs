using PhiGateway.Fhir.Canonical;

namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>The body of an operation by POST.</summary>
internal static class ParametersWriter
{
    internal static ReadOnlyMemory<byte> Write(FhirRequest request, IReadOnlyList<QueryParameter> parameters) => request.Body;
}
