using PhiGateway.Admin.Http;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;

namespace PhiGateway.Admin.Editing;

/// <summary>Asks the policy's validator, comparison and lifecycle; the control plane has no opinion of its own about access.</summary>
internal sealed class PolicyRules(AdminOptions options, TimeProvider time) : IRegistryRules
{
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

        foreach (var write in writes.Where(static write => write.Json is null))
        {
            found =
            [
                .. found,
                .. DeleteGuard
                    .Referrers(after, write.Kind, write.Id)
                    .Select(name => new RegistryProblem(RegistryPaths.Of(write.Kind, write.Id), $"{name} refers to it.")),
            ];
        }

        return found;
    }

    public string Fingerprint(
        Client client,
        UseCase useCase,
        Agreement? agreement,
        Organization? organization,
        IReadOnlyCollection<Credential> credentials
    ) => ApprovalFingerprint.Of(client, useCase, agreement, organization, credentials);

    public IReadOnlyList<AccessEffect> Compare(WorkingSet before, WorkingSet after, IEnumerable<string> clients) =>
        [
            .. clients.Select(client =>
                AccessComparison.Of(client, ApprovedClient.Find(before, client, this), ApprovedClient.Find(after, client, this))
            ),
        ];

    public string? RefuseTransition(ClientStatus from, ClientStatus to) =>
        ClientLifecycle.Allows(from, to)
            ? null
            : $"A client does not go from {from.ToString().ToLowerInvariant()} to {to.ToString().ToLowerInvariant()}.";

    private IReadOnlyList<RegistryProblem> Run(WorkingSet set, HashSet<(RegistryKind Kind, string Id)> keys) =>
        RegistryValidator.Validate(
            [.. keys.Select(key => set.Find(key.Kind, key.Id)?.Entity).OfType<IRegistryEntity>()],
            (kind, id) => set.Find(kind, id)?.Entity,
            options.KnowsTokenParameter,
            DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
            set.HolderOf
        );
}
