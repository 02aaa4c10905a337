namespace PhiGateway.Fhir.Grammar.Declared;

/// <summary>
/// What the definition of a declared parameter says about its use; immutable. R4's own parameters have none: there the standard's tables
/// hold.
/// </summary>
internal sealed record ParameterRules
{
    /// <summary>Prefixes that values may have, besides <c>eq</c>; null: the definition lists none, so all that R4 has.</summary>
    public IReadOnlyList<string>? Comparators { get; init; }

    /// <summary>
    /// Modifiers, as they are written in a URL; <c>type</c> stands for every type of a reference's targets. Not listed: refused.
    /// </summary>
    public IReadOnlyList<string> Modifiers { get; init; } = [];

    /// <summary>Parameters of the target that may be chained to. Not listed: refused.</summary>
    public IReadOnlyList<string> Chains { get; init; } = [];

    /// <summary>Several values in one parameter (comma).</summary>
    public bool MultipleOr { get; init; } = true;

    /// <summary>The parameter several times in one search.</summary>
    public bool MultipleAnd { get; init; } = true;

    /// <summary>Whether a value's prefix is one that the definition has.</summary>
    public bool AllowsPrefix(ReadOnlySpan<char> prefix)
    {
        if (prefix.IsEmpty || prefix is "eq" || Comparators is null)
        {
            return true;
        }

        for (var i = 0; i < Comparators.Count; i++)
        {
            if (prefix.SequenceEqual(Comparators[i]))
            {
                return true;
            }
        }

        return false;
    }
}
