using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decision;

/// <summary>What can be known of the resources that a part yields, for backends that do not speak FHIR; a grant or scope that sets a condition on anything else cannot be checked there.</summary>
/// <remarks>Elements can never be: their names are FHIR's.</remarks>
/// <param name="Parameters">Token parameters whose values can be read.</param>
/// <param name="Labels">Whether sensitivity labels can be read.</param>
/// <param name="Floor">Confidentiality of a resource that says nothing about it.</param>
public sealed record JudgeableFacts(IReadOnlyList<string> Parameters, bool Labels, Confidentiality Floor);
