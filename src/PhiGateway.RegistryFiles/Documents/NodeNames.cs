using PhiGateway.Policy.Registry;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>
/// The tenants, environments and issuers that a node's configuration knows, to warn of documents that name others: such a document is
/// sound, and every call under it fails on that node.
/// </summary>
/// <param name="Tenants">Tenants of its routes; empty: not told.</param>
/// <param name="Environments">Environments of its routes and issuers; empty: not told.</param>
/// <param name="Issuers">Its issuers; empty: not told.</param>
public sealed record NodeNames(IReadOnlySet<string> Tenants, IReadOnlySet<string> Environments, IReadOnlySet<string> Issuers)
{
    /// <summary>Every name in a document that the node does not know, with its place.</summary>
    public IEnumerable<ProblemPointer> Unknown(IRegistryEntity entity)
    {
        var path = RegistryPaths.KindOf(entity) is { } kind ? RegistryPaths.Of(kind, entity.Id) : string.Empty;
        return entity switch
        {
            UseCase useCase => Check(path + "/tenants", "tenant", useCase.Tenants, Tenants)
                .Concat(Check(path + "/environment", "environment", [useCase.Environment], Environments)),
            Client client => Check(path + "/tenants", "tenant", client.Tenants, Tenants)
                .Concat(Check(path + "/environment", "environment", [client.Environment], Environments)),
            Credential { Kind: CredentialKind.OidcClient, Issuer: { } issuer } => Check(path + "/issuer", "issuer", [issuer], Issuers),
            _ => [],
        };
    }

    private static IEnumerable<ProblemPointer> Check(string path, string word, IEnumerable<string> names, IReadOnlySet<string> known) =>
        known.Count == 0
            ? []
            : names
                .Where(name => !known.Contains(name))
                .Select(name => new ProblemPointer(
                    "/" + path,
                    "unknown-" + word,
                    $"No {word} '{name}' is configured: every call under it fails. Known: {string.Join(", ", known.Order(StringComparer.Ordinal))}."
                ));
}
