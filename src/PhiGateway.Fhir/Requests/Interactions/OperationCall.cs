using PhiGateway.Fhir.Canonical;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>One call of an operation as it was read, for the making of its parts.</summary>
internal sealed record OperationCall(
    string Name,
    ResourceType Type,
    string? Id,
    IReadOnlyList<QueryParameter> Inputs,
    IReadOnlyList<ReadOnlyMemory<byte>> Resources
);
