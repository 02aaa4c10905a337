using System.Text.Json.Serialization;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>One finding about a body or file: where in it, and what is wrong (RFC 9457 section 3.1, RFC 6901).</summary>
/// <param name="Pointer">JSON pointer into the request body; empty: the whole of it.</param>
/// <param name="Code">Stable kebab-case code.</param>
/// <param name="Detail">What is wrong and what to do, without PHI.</param>
public sealed record ProblemPointer(
    [property: JsonPropertyName("pointer")] string Pointer,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("detail")] string Detail
);
