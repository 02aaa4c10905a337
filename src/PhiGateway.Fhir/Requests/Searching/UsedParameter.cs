using PhiGateway.Fhir.Grammar;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>
/// A search parameter that a request filters or sorts by, anywhere in it: what it could betray about elements that do not leave.
/// </summary>
/// <param name="Type">The type whose elements it looks at.</param>
/// <param name="Definition">The parameter.</param>
/// <param name="IsSort">Named by <c>_sort</c>.</param>
public readonly record struct UsedParameter(ResourceType Type, SearchParameterDefinition Definition, bool IsSort);
