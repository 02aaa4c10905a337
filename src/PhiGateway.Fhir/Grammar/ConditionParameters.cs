using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar;

/// <summary>
/// Says whether a grant may set a condition on a search parameter of a type; asked by the control plane and by <c>phigw validate</c>.
/// </summary>
public static class ConditionParameters
{
    /// <summary>Whether a type has a token parameter of that name whose value can be found in the resource itself.</summary>
    public static bool Has(ResourceType type, string name) =>
        SearchGrammar.TryFind(type, name, out var parameter) && parameter.Kind == SearchParameterKind.Token && parameter.Paths.Count > 0;
}
