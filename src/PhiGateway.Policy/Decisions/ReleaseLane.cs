using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>One way out (or in) of a permit: resources of a type under these grants and these letters.</summary>
/// <param name="Type">The type; none means every type the grants name.</param>
/// <param name="Grants">The grants.</param>
/// <param name="Needed">Letters that the scopes must add up to.</param>
internal readonly record struct ReleaseLane(ResourceType Type, GrantSet Grants, ScopeRights Needed);
