using System.Security.Cryptography;
using System.Text;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Documents;

internal sealed class InterimRules : IRegistryRules
{
    public IReadOnlyList<RegistryProblem> Validate(WorkingSet set)
    {
        var found = new List<RegistryProblem>();
        foreach (var x in set.All<Agreement>(RegistryKind.Agreement))
        {
            if (set.Find(RegistryKind.Organization, x.Organization) is null)
            {
                found.Add(new RegistryProblem($"agreements/{x.Id}/organization", "There is no such organization."));
            }
        }

        foreach (var x in set.All<UseCase>(RegistryKind.UseCase))
        {
            if (set.Find(RegistryKind.Organization, x.Organization) is null)
            {
                found.Add(new RegistryProblem($"useCases/{x.Id}/organization", "There is no such organization."));
            }
        }

        foreach (var x in set.All<Client>(RegistryKind.Client))
        {
            if (set.Find(RegistryKind.UseCase, x.UseCase) is null)
            {
                found.Add(new RegistryProblem($"clients/{x.Id}/useCase", "There is no such use case."));
            }
        }

        foreach (var x in set.All<Credential>(RegistryKind.Credential))
        {
            if (set.Find(RegistryKind.Client, x.Client) is null)
            {
                found.Add(new RegistryProblem($"credentials/{x.Id}/client", "There is no such client."));
            }
        }

        return found;
    }

    public ClientEntry? Resolve(WorkingSet set, string client)
    {
        if (set.Find<Client>(RegistryKind.Client, client) is not { } found)
        {
            return null;
        }

        var useCase = set.Find<UseCase>(RegistryKind.UseCase, found.UseCase);
        var organization = useCase is null ? null : set.Find<Organization>(RegistryKind.Organization, useCase.Organization);
        var agreement = useCase?.Agreement is null ? null : set.Find<Agreement>(RegistryKind.Agreement, useCase.Agreement);
        var text = RegistryJson.Serialize(found with { Status = default, StatusReason = null, OwnerConfirmed = null, RequestedBy = null, ChangedBy = null })
            + (useCase is null ? null : RegistryJson.Serialize(useCase with { ChangedBy = null, Status = default }))
            + (organization is null ? null : RegistryJson.Serialize(organization)) + (agreement is null ? null : RegistryJson.Serialize(agreement));
        return new ClientEntry
        {
            Client = found,
            UseCase = useCase,
            Organization = organization,
            Agreement = agreement,
            Approval = set.All<Approval>(RegistryKind.Approval).Where(a => a.Client == client).MaxBy(static a => a.ApprovedAt),
            Credentials = [.. set.All<Credential>(RegistryKind.Credential).Where(c => c.Client == client)],
            Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))),
        };
    }

    public IReadOnlyList<AccessEffect> Compare(WorkingSet before, WorkingSet after, IEnumerable<string> clients) =>
        [.. clients.Select(client =>
        {
            var old = Resolve(before, client);
            var now = Resolve(after, client);
            var lapses = old?.Approval is { } approval && approval.Fingerprint == old.Fingerprint && now?.Fingerprint != old.Fingerprint;
            return new AccessEffect(client, old?.Fingerprint == now?.Fingerprint ? "unchanged" : "both", lapses, []);
        })];

    public string? RefuseTransition(ClientStatus from, ClientStatus to) => null;
}
