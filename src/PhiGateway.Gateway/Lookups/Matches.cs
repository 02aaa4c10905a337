using PhiGateway.Policy.Decisions;

namespace PhiGateway.Gateway.Lookups;

/// <summary>What a condition matches among all that its client may see.</summary>
/// <param name="Ids">Ids of the matches; two stand for any number.</param>
/// <param name="Permit">Under which the search was made and its answer judged.</param>
internal sealed record Matches(IReadOnlyList<string> Ids, Permit Permit);
