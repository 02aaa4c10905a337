using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Validation;

/// <summary>Checks credentials and admin keys before they are stored; adds a problem for each mistake.</summary>
internal static class CredentialValidation
{
    private static readonly string[] Roles =
    [
        "viewer",
        "auditor",
        "operator",
        "approver",
        "admin",
        "responder",
        "privacy-officer",
        "audit-consumer",
        "feed",
        "workflow",
        "enforcement-point",
    ];

    internal static void Check(Credential credential, string path, ValidationContext context)
    {
        context.Reference(RegistryKind.Client, credential.Client, path + "/client");
        CredentialMembers.Check(credential, path, context);
        context.Ahead(credential.Expires, path + "/expires");
        if (credential.Created is { } created && credential.Expires is { } expires && expires <= created)
        {
            context.Add(path + "/expires", "A credential expires after it was created.");
        }
    }

    internal static void Check(AdminKey key, string path, ValidationContext context)
    {
        context.Person(key.Person, path + "/person");
        if (!ValidationContext.IsSha256(key.Hash))
        {
            context.Add(path + "/hash", "Only the SHA-256 of a key is kept, in lower-case hex.");
        }

        for (var place = 0; place < key.Roles.Count; place++)
        {
            if (Array.IndexOf(Roles, key.Roles[place]) < 0)
            {
                context.Add($"{path}/roles/{place}", $"Not one of {string.Join(", ", Roles)}.");
            }
        }
    }

    /// <summary>One credential, one client: among the written ones and against the stored ones.</summary>
    internal static void CheckKeys(
        IReadOnlyList<Credential> written,
        Func<string, string, string?>? holderOf,
        Func<string, bool> isWritten,
        List<RegistryProblem> problems
    )
    {
        // Each of those that share is named: whoever wrote one of them finds it.
        var shared = written
            .GroupBy(RegistryDocuments.KeyOf)
            .Where(static group => group.Key is not null && group.Count() > 1)
            .ToDictionary(static group => group.Key!.Value, static group => group.Select(static credential => credential.Id).ToList());
        foreach (var credential in written)
        {
            if (RegistryDocuments.KeyOf(credential) is not { } key)
            {
                continue;
            }

            var holder = holderOf?.Invoke(key.Issuer, key.ClientId);
            var other = shared.TryGetValue(key, out var ids) ? ids.First(id => id != credential.Id || ids.Count < 2) : null;
            other ??= holder is not null && holder != credential.Id && !isWritten(holder) ? holder : null;
            if (other is not null)
            {
                problems.Add(
                    new RegistryProblem(
                        $"{RegistryPaths.Of(RegistryKind.Credential, credential.Id)}/{CredentialIdentity.MemberOf(credential)}",
                        $"{CredentialIdentity.WordsOf(credential)} The other is {RegistryPaths.Of(RegistryKind.Credential, other)}."
                    )
                );
            }
        }
    }
}
