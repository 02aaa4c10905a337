using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>What a condition matches among all that its client may see.</summary>
/// <param name="Refusal">Why that could not be found out; null when it was.</param>
/// <param name="Ids">Ids of the matches; two stand for any number.</param>
/// <param name="Permit">Under which the search was made and its answer judged.</param>
internal sealed record ConditionMatches(DenyReason? Refusal, IReadOnlyList<string> Ids, Permit? Permit)
{
    public static ConditionMatches Unknown(DenyReason reason) => new(reason, [], null);
}
