using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Revocations;

/// <summary>
/// Says what a revocation of many clients at once would stop, before it is written: the dry run of exactly that revocation, with who stands
/// behind the clients and which of them somebody may depend on in an emergency. Called by the console; it changes nothing.
/// </summary>
internal sealed class StopPreviews(RevocationCommands commands, WorkingSetSource sets, AdminOptions options)
{
    // Such as are offered; another is typed.
    private const int MostOffered = 500;

    // So many choices are kept for each state of the registry: neither a further page nor what two people look at is worked out anew.
    private const int MostKept = 4;

    private static readonly ConditionalWeakTable<WorkingSet, StopTargets> Offered = [];
    private static readonly ConditionalWeakTable<WorkingSet, ConcurrentDictionary<RevokeBody, KnownPreview>> Known = [];

    /// <summary>What there is to be stopped.</summary>
    public async Task<StopTargets> TargetsAsync(AdminCall call) =>
        Offered.GetValue(await sets.GetAsync(call.Cancelled), static set => TargetsOf(set));

    private static StopTargets TargetsOf(WorkingSet set) =>
        new(
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

    /// <summary>Requests of some clients that run on this node now; null: not known, or none of them is let in any more.</summary>
    public int? RunningOf(IEnumerable<Client> clients)
    {
        string[] active = [.. clients.Where(static client => client.Status == ClientStatus.Active).Select(static client => client.Id)];
        return active.Length == 0 ? null : options.RunningRequests(active);
    }

    /// <summary>What would stop.</summary>
    public async Task<Outcome<StopPreview>> PreviewAsync(AdminCall call, RevokeBody body)
    {
        // What a revocation would stop, and whether it is one, is a matter of all that it says and of the registry's state, and of nothing else;
        // what runs is asked each time.
        var asked = body with
        {
            Reason = "what stops with it",
        };
        var set = await sets.GetOrLastAsync(call.Cancelled);
        if (!set.MayBeOld && Known.TryGetValue(set, out var before) && before.TryGetValue(asked, out var there))
        {
            return new StopPreview(there.Clients, there.Stops.Count == 0 ? null : options.RunningRequests(there.Stops));
        }

        var dry = call with { IsDryRun = true };
        if ((await commands.RevokeAsync(dry, asked)).Failed(out var problem, out var planned))
        {
            return problem;
        }

        var known = Known.GetOrCreateValue(planned.Edit.Before);
        if (known.Count >= MostKept)
        {
            known.Clear();
        }

        var clients = ClientsOf(planned.Edit);
        known[asked] = new KnownPreview(clients, planned.Edit.Running is null ? [] : planned.Edit.Revoked);
        return new StopPreview(clients, planned.Edit.Running);
    }

    // Those that cover emergencies first, each part in order of id as they are found.
    private static IReadOnlyList<StoppedClient> ClientsOf(EditOutcome planned)
    {
        var set = planned.Before;
        var found = planned
            .Revoked.Select(id => set.Find<Client>(RegistryKind.Client, id))
            .OfType<Client>()
            .Select(client => Of(set, client))
            .ToLookup(static client => client.CoversEmergencies);
        return [.. found[true], .. found[false]];
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

/// <summary>What a revocation would stop in one state of the registry.</summary>
/// <param name="Clients">The clients that it matches.</param>
/// <param name="Stops">Ids of those whose requests it would end; empty: what runs is not known, or there is none to stop.</param>
internal sealed record KnownPreview(IReadOnlyList<StoppedClient> Clients, IReadOnlyList<string> Stops);

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
