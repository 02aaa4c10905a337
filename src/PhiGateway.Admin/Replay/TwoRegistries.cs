using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Replay;

/// <summary>
/// The registry as it is and as it would be, compiled for the clients that are replayed, memberships among them; what was approved before
/// counts as approved after, for the question is what the change would do once it is.
/// </summary>
/// <param name="Before">As it is.</param>
/// <param name="After">As it would be.</param>
/// <param name="Clients">Whom they know.</param>
internal sealed record TwoRegistries(RegistrySnapshot Before, RegistrySnapshot After, IReadOnlyList<string> Clients)
{
    private const int Page = 5000;

    /// <summary>Compiles them.</summary>
    public static async Task<TwoRegistries> BuildAsync(
        IRegistryStore store,
        WorkingSet set,
        IReadOnlyList<RegistryWrite> writes,
        IReadOnlyList<string> clients,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var after = set.After(writes, now, "replay");
        var before = PathChange.ItemsOf(set, clients);
        var becomes = PathChange.ItemsOf(after, clients).Select(item => Approved(set, after, item)).ToList();
        var rosters = before.Concat(becomes).Where(static item => item.Kind == RegistryKind.Roster).Select(static item => item.Id);
        var members = new List<RosterMemberChange>();
        foreach (var roster in rosters.Distinct(StringComparer.Ordinal))
        {
            await AddMembersAsync(store, roster, members, cancellationToken);
        }

        return new TwoRegistries(Compile(set.Revision, before, members), Compile(set.Revision, becomes, members), clients);
    }

    private static RegistrySnapshot Compile(long revision, IReadOnlyList<RegistryItem> items, IReadOnlyList<RosterMemberChange> members) =>
        new RegistrySnapshotBuilder().Rebuild(new RegistryChanges(Math.Max(revision, 1), items, members, []));

    // An approval fits what it was given for; here it fits what is tried.
    private static RegistryItem Approved(WorkingSet before, WorkingSet after, RegistryItem item)
    {
        if (
            item.Kind != RegistryKind.Approval
            || after.Find<Approval>(RegistryKind.Approval, item.Id) is not { } approval
            || ApprovedClient.Find(before, approval.Client) is not { IsApproved: true }
            || ApprovedClient.Find(after, approval.Client) is not { Fingerprint: { } fingerprint }
        )
        {
            return item;
        }

        return item with
        {
            Json = RegistryJson.Serialize(approval with { Fingerprint = fingerprint }),
        };
    }

    private static async Task AddMembersAsync(
        IRegistryStore store,
        string roster,
        List<RosterMemberChange> members,
        CancellationToken cancellationToken
    )
    {
        string? after = null;
        while (true)
        {
            var page = await store.ListMembersAsync(roster, after, Page, cancellationToken);
            members.AddRange(page.Select(static member => new RosterMemberChange(member, Removed: false)));
            if (page.Count < Page)
            {
                return;
            }

            after = page[^1].Patient.Value;
        }
    }
}
