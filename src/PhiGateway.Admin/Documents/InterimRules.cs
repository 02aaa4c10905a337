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

    public string Fingerprint(Client client, UseCase useCase, Agreement? agreement, Organization? organization)
    {
        var text = RegistryJson.Serialize(client with { Status = default, StatusReason = null, OwnerConfirmed = null, RequestedBy = null, ChangedBy = null })
            + RegistryJson.Serialize(useCase with { ChangedBy = null, Status = default })
            + (organization is null ? null : RegistryJson.Serialize(organization)) + (agreement is null ? null : RegistryJson.Serialize(agreement));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    public IReadOnlyList<AccessEffect> Compare(WorkingSet before, WorkingSet after, IEnumerable<string> clients) =>
        [.. clients.Select(client =>
        {
            var old = ClientView.Find(before, client, this);
            var now = ClientView.Find(after, client, this);
            var lapses = old is { IsApproved: true } && now is { IsApproved: false };
            return new AccessEffect(client, old?.Fingerprint == now?.Fingerprint ? "unchanged" : "both", lapses, []);
        })];

    public string? RefuseTransition(ClientStatus from, ClientStatus to)
    {
        var allowed = to switch
        {
            ClientStatus.Submitted => from == ClientStatus.Draft,
            ClientStatus.Active => from is ClientStatus.Submitted or ClientStatus.Suspended or ClientStatus.Quarantined,
            ClientStatus.Suspended => from == ClientStatus.Active,
            ClientStatus.Quarantined => from is ClientStatus.Active or ClientStatus.Suspended,
            ClientStatus.Revoked => from is not (ClientStatus.Revoked or ClientStatus.Archived),
            ClientStatus.Archived => from == ClientStatus.Revoked,
            _ => false,
        };
        return allowed ? null : $"A client that is {from} cannot become {to}.";
    }
}
