namespace PhiGateway.Fhir.Grammar;

/// <summary>
/// Says which modifiers R4 defines for which type of search parameter (3.1.1.4.1); a resource type as modifier is read elsewhere.
/// </summary>
internal static class SearchModifiers
{
    internal static bool IsDefined(SearchParameterKind kind, ReadOnlySpan<char> modifier) =>
        modifier switch
        {
            "missing" => kind is not (SearchParameterKind.Composite or SearchParameterKind.Special or SearchParameterKind.None),
            "exact" or "contains" => kind == SearchParameterKind.String,
            "text" or "not" or "in" or "not-in" or "of-type" => kind == SearchParameterKind.Token,
            "above" or "below" => kind is SearchParameterKind.Token or SearchParameterKind.Uri,
            "identifier" => kind == SearchParameterKind.Reference,
            _ => false,
        };
}
