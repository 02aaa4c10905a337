using PhiGateway.Fhir.Canonical;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>One call of an operation as it was read, for the making of its parts.</summary>
internal sealed record OperationCall(
    string Name,
    ResourceType Type,
    string? Id,
    IReadOnlyList<QueryParameter> Inputs,
    IReadOnlyList<EmbeddedResource> Resources
);

/// <summary>A resource in the body of an operation.</summary>
/// <param name="Parameter">Name of the parameter that it stands in, or whose parts it stands in.</param>
/// <param name="Body">The resource as it was sent.</param>
internal readonly record struct EmbeddedResource(string Parameter, ReadOnlyMemory<byte> Body)
{
    /// <summary>It is all that the parameter holds; false where it stands in its parts.</summary>
    internal bool IsWhole { get; init; }
}
