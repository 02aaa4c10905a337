namespace PhiGateway.Fhir.Requests;

/// <summary>
/// The request that a conditional write comes to once its condition was looked up: it names its resource, and is still to be read and
/// decided.
/// </summary>
/// <param name="Method">Exact upper-case method.</param>
/// <param name="Segments">Path below the base.</param>
/// <param name="Headers">Headers with meaning; no condition among them.</param>
/// <param name="Body">The body, with the id that was found; empty without one.</param>
public sealed record PlainForm(string Method, IReadOnlyList<string> Segments, FhirHeaders Headers, ReadOnlyMemory<byte> Body);
