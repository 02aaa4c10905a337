using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Scopes;

/// <summary>Reads the <c>scope</c> of a token by the exact SMART grammar (App Launch 2.x): v1 words, v2 letters in order, query filters.</summary>
public static class SmartScopeReader
{
    /// <summary>Reads a space-separated scope; what is not exactly right grants nothing.</summary>
    public static ScopeSet Read(string? scope) => throw new NotImplementedException();
}
