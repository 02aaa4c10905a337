using PhiGateway.Admin.Configuration;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Validates the registry as it would be after a write; the editor asks it before every write.</summary>
internal sealed class RegistryRules(AdminOptions options, TimeProvider time)
{
    /// <summary>What the writes would make wrong that is not wrong already, in what they touch and in what hangs on it.</summary>
    public IReadOnlyList<RegistryProblem> Validate(WorkingSet before, WorkingSet after, IReadOnlyList<RegistryWrite> writes)
    {
        // What is written, and what hangs on it: a use case moved to another environment contradicts its clients, not itself.
        var keys = writes.Select(static write => (write.Kind, write.Id)).ToHashSet();
        var useCases = AffectedClients.UseCasesOf(before, after, writes);
        keys.UnionWith(useCases.Select(static id => (RegistryKind.UseCase, id)));
        foreach (var client in AffectedClients.Of(before, after, writes))
        {
            keys.Add((RegistryKind.Client, client));
            keys.UnionWith(after.CredentialsOf(client).Select(static credential => (RegistryKind.Credential, credential.Id)));
        }

        var found = Run(after, keys);
        if (found.Count > 0)
        {
            var known = Run(before, keys).ToHashSet();
            found = [.. found.Where(problem => !known.Contains(problem))];
        }

        return
        [
            .. found,
            .. writes
                .Where(static write => write.Json is null)
                .SelectMany(write =>
                    DeleteGuard
                        .Referrers(after, write.Kind, write.Id)
                        .Select(name => new RegistryProblem(RegistryPaths.Of(write.Kind, write.Id), $"{name} refers to it."))
                ),
        ];
    }

    /// <summary>Names in what is written that this node's configuration does not know; they refuse nothing, another node may know them.</summary>
    public IReadOnlyList<ProblemPointer> Warn(WorkingSet after, IReadOnlyList<RegistryWrite> writes) =>
        options.Names is { } names
            ? [.. writes.Select(write => after.Find(write.Kind, write.Id)?.Entity).OfType<IRegistryEntity>().SelectMany(names.Unknown)]
            : [];

    private IReadOnlyList<RegistryProblem> Run(WorkingSet set, HashSet<(RegistryKind Kind, string Id)> keys) =>
        RegistryValidator.Validate(
            [.. keys.Select(key => set.Find(key.Kind, key.Id)?.Entity).OfType<IRegistryEntity>()],
            (kind, id) => set.Find(kind, id)?.Entity,
            options.KnowsTokenParameter,
            DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
            (issuer, value) => set.HoldersOf(issuer, value).FirstOrDefault(id => !keys.Contains((RegistryKind.Credential, id)))
        );
}
