namespace PhiGateway.Policy.Vocabulary;

/// <summary>All that a token's <c>scope</c> grants; what was not understood grants nothing.</summary>
/// <param name="Scopes">Understood resource scopes; rights add up across them.</param>
/// <param name="NotUnderstood">How many scope tokens looked like resource scopes and were refused by the grammar.</param>
public sealed record ScopeSet(IReadOnlyList<SmartScope> Scopes, int NotUnderstood)
{
    /// <summary>Grants nothing.</summary>
    public static ScopeSet Empty { get; } = new([], 0);
}
