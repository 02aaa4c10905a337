namespace PhiGateway.Policy.Vocabulary;

/// <summary>One understood SMART resource scope (App Launch 2.x, v1 words already turned into v2 letters).</summary>
/// <param name="Level">patient, user or system.</param>
/// <param name="Types">One type, or all for <c>*</c>.</param>
/// <param name="Rights">The letters.</param>
/// <param name="Where">Query filters that a resource must satisfy, all of them; empty for a plain scope.</param>
public sealed record SmartScope(ScopeLevel Level, ResourceTypeSet Types, ScopeRights Rights, IReadOnlyList<TokenConstraint> Where);
