using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>Finds clients by part of anything that names them, and shows one with all that stands behind it; called by the console.</summary>
internal sealed class ClientDirectory(WorkingSetSource sets, ISnapshotSource snapshots, AdminOptions options, TimeProvider time)
{
    /// <summary>One client with what stands behind it.</summary>
    public async Task<Outcome<ClientProfile>> FindAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        if (ApprovedClient.Find(set, id) is not { } view)
        {
            return AdminProblem.NotFound("client");
        }

        return new ClientProfile(
            view.Client,
            view.Item.Version,
            view.UseCase,
            view.Organization,
            view.Agreement,
            view.Credentials,
            view.Approval,
            view.IsApproved,
            [.. view.UseCase?.Grants.Select(GrantWords.Of) ?? []],
            [.. set.ApprovalsOf(id).OrderByDescending(static approval => approval.ApprovedAt)],
            LiftGuard.StateOf(view)
        );
    }

    /// <summary>Those of some clients that are there and not at an end, so that they can still be stopped.</summary>
    public async Task<IReadOnlyCollection<string>> StoppableAsync(AdminCall call, IEnumerable<string> ids)
    {
        var set = await sets.GetAsync(call.Cancelled);
        return
        [
            .. ids.Distinct(StringComparer.Ordinal)
                .Where(id => set.Find<Client>(RegistryKind.Client, id) is { Status: not (ClientStatus.Revoked or ClientStatus.Archived) }),
        ];
    }

    /// <summary>One page of the clients whose id, owner, use case or organization has the text, searched over all of them.</summary>
    /// <param name="call">The call.</param>
    /// <param name="text">Part of a name, in any case; null: all.</param>
    /// <param name="status">Only in this state; null: in any.</param>
    /// <param name="kind">Only of this kind; null: of any.</param>
    /// <param name="after">Id after which the page begins; null: at the first.</param>
    /// <param name="limit">Most entries.</param>
    public async Task<Outcome<ClientPage>> SearchAsync(
        AdminCall call,
        string? text,
        ClientStatus? status,
        ClientKind? kind,
        string? after,
        int limit
    )
    {
        var set = await sets.GetAsync(call.Cancelled);
        var (snapshot, now) = (snapshots.Current, time.GetUtcNow());
        var page = new List<ClientLine>();
        var (total, isMore) = (0, false);
        foreach (var client in set.All<Client>(RegistryKind.Client))
        {
            if (
                (status is not null && client.Status != status)
                || (kind is not null && client.Kind != kind)
                || (text is not null && !Names(set, client, text))
            )
            {
                continue;
            }

            total++;
            if (after is not null && string.CompareOrdinal(client.Id, after) <= 0)
            {
                continue;
            }

            if (page.Count == limit)
            {
                isMore = true;
                continue;
            }

            var (useCase, organization) = Behind(set, client);
            page.Add(Line(client, useCase, organization, snapshot, now));
        }

        return new ClientPage(page, total, isMore ? page[^1].Client.Id : null);
    }

    private ClientLine Line(Client client, UseCase? useCase, Organization? organization, RegistrySnapshot snapshot, DateTimeOffset now)
    {
        var doors = snapshot.FindClientById(client.Id) is { } entry ? DoorReport.Of(entry, snapshot, now, options.WarnDays) : [];
        var guarding = doors.Where(static door => door.Guards).ToList();
        return new ClientLine(
            client,
            useCase?.Title,
            organization?.Name,
            guarding.Count > 0 && guarding.TrueForAll(static door => door.Open),
            guarding.Find(static door => !door.Open),
            guarding.Where(static door => door is { Open: true, ClosesAt: not null }).MinBy(static door => door.ClosesAt)
        );
    }

    private static (UseCase? UseCase, Organization? Organization) Behind(WorkingSet set, Client client) =>
        set.Find<UseCase>(RegistryKind.UseCase, client.UseCase) is { } useCase
            ? (useCase, set.Find<Organization>(RegistryKind.Organization, useCase.Organization))
            : (null, null);

    // What stands behind it is looked up only where its own names do not fit.
    private static bool Names(WorkingSet set, Client client, string text)
    {
        if (Has(client.Id, text) || Has(client.Owner, text) || Has(client.Deputy, text) || Has(client.Description, text))
        {
            return true;
        }

        var (useCase, organization) = Behind(set, client);
        return Has(useCase?.Id, text) || Has(useCase?.Title, text) || Has(organization?.Id, text) || Has(organization?.Name, text);
    }

    private static bool Has(string? name, string text) => name?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
}
