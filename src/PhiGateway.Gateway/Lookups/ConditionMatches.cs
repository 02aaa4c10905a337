using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>What a condition matches among all that its client may see.</summary>
/// <param name="Refusal">Why that could not be found out; null when it was.</param>
/// <param name="Ids">Ids of the matches; two stand for any number.</param>
/// <param name="Permit">Under which the search was made and its answer judged.</param>
internal sealed record ConditionMatches(DenyReason? Refusal, IReadOnlyList<string> Ids, Permit? Permit)
{
    /// <summary>The search as it was made: without chains that had to be looked up; null exactly with a refusal.</summary>
    public FhirRequest? Search { get; init; }

    public static ConditionMatches Unknown(DenyReason reason) => new(reason, [], null);
}
