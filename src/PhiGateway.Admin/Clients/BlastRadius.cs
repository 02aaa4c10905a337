using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>Lists what stops when a client is stopped, and what goes on without it.</summary>
/// <param name="Client">Client id.</param>
/// <param name="UseCase">Its use case.</param>
/// <param name="Organization">Who runs it.</param>
/// <param name="Owner">Who must be told.</param>
/// <param name="Deputy">Who else.</param>
/// <param name="Environment">Where it runs.</param>
/// <param name="Tenants">Tenants it serves.</param>
/// <param name="ResourceTypes">Types it may touch.</param>
/// <param name="Rosters">Rosters whose patients it serves.</param>
/// <param name="Credentials">Credentials that end with it.</param>
/// <param name="OpenTasks">Live task grants that end with it.</param>
/// <param name="OtherClientsOfUseCase">Clients that go on serving the same use case; empty: the use stops altogether.</param>
/// <param name="CoversEmergencies">Whether its use case may be used in emergencies: somebody may depend on it at a bedside.</param>
/// <param name="Contacts">Contacts of who runs it, by role.</param>
public sealed record BlastRadius(
    string Client,
    string UseCase,
    string? Organization,
    string Owner,
    string? Deputy,
    string Environment,
    IReadOnlyList<string> Tenants,
    IReadOnlyList<string> ResourceTypes,
    IReadOnlyList<string> Rosters,
    IReadOnlyList<string> Credentials,
    int OpenTasks,
    IReadOnlyList<string> OtherClientsOfUseCase,
    bool CoversEmergencies,
    IReadOnlyDictionary<string, string> Contacts
)
{
    internal static BlastRadius Of(WorkingSet set, ApprovedClient view)
    {
        var client = view.Client;
        var grants = view.UseCase?.Grants ?? [];
        return new BlastRadius(
            client.Id,
            client.UseCase,
            view.Organization?.Id,
            client.Owner,
            client.Deputy,
            client.Environment,
            client.Tenants.Count > 0 ? client.Tenants : view.UseCase?.Tenants ?? [],
            [.. grants.SelectMany(static grant => grant.Types).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            [.. grants.Select(static grant => grant.Patients?.Roster).OfType<string>().Distinct(StringComparer.Ordinal)],
            [.. view.Credentials.Select(static credential => credential.Id)],
            set.TasksOf(client.Id).Count(static task => !task.Closed),
            [
                .. set.ClientsOf(client.UseCase)
                    .Where(other => other.Id != client.Id && other.Status == ClientStatus.Active)
                    .Select(static other => other.Id),
            ],
            view.UseCase?.AllowsBreakGlass == true,
            view.Organization?.Contacts ?? new Dictionary<string, string>()
        );
    }
}
