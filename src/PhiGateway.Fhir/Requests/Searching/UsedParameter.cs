using PhiGateway.Fhir.Grammar;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>
/// A search parameter that a request filters or sorts by, anywhere in it: what it could betray about elements that do not leave.
/// </summary>
/// <param name="Type">The type whose elements it looks at.</param>
/// <param name="Definition">The parameter.</param>
/// <param name="IsSort">Named by <c>_sort</c>.</param>
public readonly record struct UsedParameter(ResourceType Type, SearchParameterDefinition Definition, bool IsSort)
{
    /// <summary>
    /// All that it names, or leads to, are patients: an owner's parameter then tells no more than whose record it is. False (the default) is
    /// the stricter reading.
    /// </summary>
    public bool IsOfPatients { get; init; }

    /// <summary>Whether a reference can point at nothing but a Patient.</summary>
    internal static bool LeadsToPatients(SearchParameterDefinition link) => link is { TargetsPatient: true, Targets.Count: 1 };
}
