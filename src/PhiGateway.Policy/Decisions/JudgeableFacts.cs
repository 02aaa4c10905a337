using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// What can be read out of the resources of a part, for backends that do not speak FHIR; a grant or scope that sets a condition on anything
/// else cannot be checked there.
/// </summary>
/// <param name="Parameters">Token parameters whose values can be read.</param>
/// <param name="Labels">Whether sensitivity labels can be read.</param>
/// <param name="Floor">Confidentiality of a resource that says nothing about it.</param>
public sealed record JudgeableFacts(IReadOnlyList<string> Parameters, bool Labels, Confidentiality Floor)
{
    /// <summary>
    /// Whether resources can be trimmed to FHIR's elements; default false. Masks never can: what would stand in the place of a value is
    /// FHIR's.
    /// </summary>
    public bool Elements { get; init; }
}
