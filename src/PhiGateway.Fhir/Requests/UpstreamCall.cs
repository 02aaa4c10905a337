namespace PhiGateway.Fhir.Requests;

/// <summary>What is sent upstream, generated from a <see cref="FhirRequest"/>, never from the client's bytes.</summary>
/// <param name="Method">Exact upper-case method.</param>
/// <param name="PathAndQuery">Relative to the upstream's base: begins with <c>/</c> or <c>?</c> or is empty; canonical
/// percent-encoding.</param>
/// <param name="ContentType">Media type of the body; null without body.</param>
/// <param name="Body">The body.</param>
/// <param name="Headers">Further headers with FHIR meaning: Accept, Prefer, If-Match and kin.</param>
public sealed record UpstreamCall(
    string Method,
    string PathAndQuery,
    string? ContentType,
    ReadOnlyMemory<byte> Body,
    IReadOnlyList<KeyValuePair<string, string>> Headers
);
