using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.RegistryFiles.Files;

/// <summary>
/// Checks a registry file without a gateway: shape, shorthand, references, contradictions; used by <c>phigw validate</c>.
/// </summary>
public static class RegistryFileCheck
{
    /// <summary>Everything wrong with the file; empty when it could be applied to an empty registry.</summary>
    /// <param name="utf8">The file.</param>
    /// <param name="yaml">YAML rather than JSON.</param>
    /// <param name="now">The moment against which dates are judged.</param>
    /// <param name="knowsTokenParameter">Whether a type has a token search parameter of that name; null: every name is taken.</param>
    /// <param name="names">Names that the node's configuration gives; null: not told.</param>
    public static IReadOnlyList<ProblemPointer> Run(
        ReadOnlySpan<byte> utf8,
        bool yaml,
        DateTimeOffset now,
        NodeNames? names = null,
        Func<ResourceType, string, bool>? knowsTokenParameter = null
    )
    {
        if (
            RegistryFile.Read(utf8, yaml).Failed(out var refusal, out var file)
            || FilePlanner.Plan(file, WorkingSet.Empty, "offline", prune: false).Failed(out refusal, out var writes)
        )
        {
            return refusal.Findings;
        }

        var set = WorkingSet.Empty.After(writes, now, "offline");
        knowsTokenParameter ??= static (_, _) => true;
        var entities = writes.Select(write => set.Find(write.Kind, write.Id)?.Entity).OfType<IRegistryEntity>().ToList();
        return
        [
            .. names is null ? [] : entities.SelectMany(names.Unknown),
            .. Problems(entities, knowsTokenParameter, DateOnly.FromDateTime(now.UtcDateTime))
                .Select(static found => new ProblemPointer("/" + found.Path, "contradiction", found.Message)),
        ];
    }

    // Behind an organization that is gone everything has ended, and may have done so long ago: the registry keeps it, and an export has it.
    private static IEnumerable<RegistryProblem> Problems(
        List<IRegistryEntity> entities,
        Func<ResourceType, string, bool> knowsTokenParameter,
        DateOnly today
    )
    {
        var found = RegistryValidator.Validate(entities, static (_, _) => null, knowsTokenParameter, today);
        var gone = Gone(entities);
        if (found.Count == 0 || gone.Count == 0)
        {
            return found;
        }

        var undated = RegistryValidator.Validate(entities, static (_, _) => null, knowsTokenParameter).ToHashSet();
        return found.Where(problem => undated.Contains(problem) || !gone.Contains(DocumentOf(problem.Path)));
    }

    // kind/id/ of kind/id/member: no id holds a slash.
    private static string DocumentOf(string path)
    {
        var kind = path.IndexOf('/', StringComparison.Ordinal);
        var id = kind < 0 ? -1 : path.IndexOf('/', kind + 1);
        return id < 0 ? path : path[..(id + 1)];
    }

    private static HashSet<string> Gone(List<IRegistryEntity> entities)
    {
        var organizations = Ids<Organization>(entities, static organization => organization.Status == OrganizationStatus.Offboarded);
        var agreements = Ids<Agreement>(entities, agreement => organizations.Contains(agreement.Organization));
        var useCases = Ids<UseCase>(entities, useCase => organizations.Contains(useCase.Organization));
        var clients = Ids<Client>(entities, client => useCases.Contains(client.UseCase));
        var credentials = Ids<Credential>(entities, credential => clients.Contains(credential.Client));
        return
        [
            .. Paths(RegistryKind.Organization, organizations),
            .. Paths(RegistryKind.Agreement, agreements),
            .. Paths(RegistryKind.UseCase, useCases),
            .. Paths(RegistryKind.Client, clients),
            .. Paths(RegistryKind.Credential, credentials),
        ];
    }

    private static HashSet<string> Ids<T>(List<IRegistryEntity> entities, Func<T, bool> isGone)
        where T : IRegistryEntity =>
        entities.OfType<T>().Where(isGone).Select(static entity => entity.Id).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Paths(RegistryKind kind, HashSet<string> ids) => ids.Select(id => RegistryPaths.Of(kind, id) + "/");
}
