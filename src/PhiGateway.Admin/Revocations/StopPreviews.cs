using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Revocations;

/// <summary>
/// Says what a revocation of many clients at once would stop, before it is written: the dry run of exactly that revocation, with who stands
/// behind the clients and which of them somebody may depend on in an emergency. Called by the console; it changes nothing.
/// </summary>
internal sealed class StopPreviews(RevocationCommands commands, WorkingSetSource sets)
{
    // Such as are offered; another is typed.
    private const int MostOffered = 500;

    /// <summary>What there is to be stopped.</summary>
    public async Task<StopTargets> TargetsAsync(AdminCall call)
    {
        var set = await sets.GetAsync(call.Cancelled);
        return new StopTargets(
            Sorted(
                set.All<Client>(RegistryKind.Client)
                    .Select(static client => client.Charter)
                    .OfType<AgentCharter>()
                    .SelectMany(static charter =>
                        (string[])
                            [
                                AgentCharter.NameOf(charter.Vendor, charter.Model),
                                AgentCharter.NameOf(charter.Vendor, AgentCharter.EveryModel),
                            ]
                    )
            ),
            Sorted(set.All<UseCase>(RegistryKind.UseCase).SelectMany(static useCase => useCase.Tenants)),
            Sorted(set.All<Organization>(RegistryKind.Organization).Select(static organization => organization.Id))
        );
    }

    /// <summary>What would stop.</summary>
    public async Task<Outcome<StopPreview>> PreviewAsync(AdminCall call, RevokeBody body)
    {
        var dry = call with { IsDryRun = true };
        if ((await commands.RevokeAsync(dry, body with { Reason = "what stops with it" })).Failed(out var problem, out var planned))
        {
            return problem;
        }

        var set = planned.Edit.Before;
        return new StopPreview(
            [
                .. planned
                    .Edit.Revoked.Select(id => set.Find<Client>(RegistryKind.Client, id))
                    .OfType<Client>()
                    .Select(client => Of(set, client))
                    .OrderByDescending(static client => client.CoversEmergencies)
                    .ThenBy(static client => client.Id, StringComparer.Ordinal),
            ],
            planned.Edit.Running
        );
    }

    private static StoppedClient Of(WorkingSet set, Client client)
    {
        var useCase = set.Find<UseCase>(RegistryKind.UseCase, client.UseCase);
        return new StoppedClient(
            client.Id,
            client.Status,
            useCase?.Title ?? client.UseCase,
            useCase?.Organization,
            client.Owner,
            useCase?.AllowsBreakGlass == true
        );
    }

    private static IReadOnlyList<string> Sorted(IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostOffered)];
}

/// <summary>Names of what can be stopped as a whole.</summary>
/// <param name="Models">Models of agents, as <c>vendor/model</c>, and each vendor's all as <c>vendor/*</c>.</param>
/// <param name="Tenants">Tenants.</param>
/// <param name="Organizations">Organizations, by id.</param>
public sealed record StopTargets(IReadOnlyList<string> Models, IReadOnlyList<string> Tenants, IReadOnlyList<string> Organizations);

/// <summary>What a revocation would stop.</summary>
/// <param name="Clients">The clients that it matches now, those that cover emergencies first.</param>
/// <param name="Running">Their requests that run on this node; null: not known, or there is none to stop.</param>
public sealed record StopPreview(IReadOnlyList<StoppedClient> Clients, int? Running);

/// <summary>One client that would stop.</summary>
/// <param name="Id">The client.</param>
/// <param name="Status">Its state now.</param>
/// <param name="Use">Title of its use case.</param>
/// <param name="Organization">Who runs it; null: not known.</param>
/// <param name="Owner">Who must be told.</param>
/// <param name="CoversEmergencies">Whether its use case may be used in emergencies.</param>
public sealed record StoppedClient(string Id, ClientStatus Status, string Use, string? Organization, string Owner, bool CoversEmergencies);
