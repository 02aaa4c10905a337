using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests;

/// <summary>
/// Why an entry of a batch could not be read as a request; for its answer and its record. Nothing of the entry goes any further.
/// </summary>
/// <param name="Reason">The refusal.</param>
/// <param name="Detail">For operators: the rule that was broken; never text from the request.</param>
/// <param name="Method">As the entry says it, where it is one of HTTP's; null otherwise.</param>
/// <param name="Url">As the entry says it, cut short; null without one. PHI: for the record only.</param>
public sealed record UnreadEntry(DenyReason Reason, string? Detail, string? Method, string? Url)
{
    /// <summary>For the client: which part of the entry it is about; null: none in particular.</summary>
    public RequestPlace? Place { get; init; }
}
