namespace PhiGateway.Admin.Declarative;

/// <summary>To which moment the registry is taken back.</summary>
/// <param name="At">The moment, with its offset from UTC.</param>
/// <param name="Document">Only this document, as <c>client/acme</c>; null: every document that a registry file has.</param>
/// <param name="Prune">Whether what was made since is deleted.</param>
public sealed record RevertBody(string? At = null, string? Document = null, bool Prune = false);
