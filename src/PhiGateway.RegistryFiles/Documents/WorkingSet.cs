using System.Collections.Immutable;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>
/// All registry documents at one revision, as the control plane sees them; immutable, cheap to derive a changed one from.
/// </summary>
public sealed class WorkingSet
{
    private static readonly ImmutableSortedDictionary<string, WorkingItem> None = ImmutableSortedDictionary.Create<string, WorkingItem>(
        StringComparer.Ordinal
    );

    private readonly ImmutableDictionary<RegistryKind, ImmutableSortedDictionary<string, WorkingItem>> _kinds;
    private readonly WorkingIndexes _by;

    private WorkingSet(
        long revision,
        ImmutableDictionary<RegistryKind, ImmutableSortedDictionary<string, WorkingItem>> kinds,
        WorkingIndexes by
    ) => (Revision, _kinds, _by) = (revision, kinds, by);

    /// <summary>A registry without documents.</summary>
    public static WorkingSet Empty { get; } =
        new(0, ImmutableDictionary<RegistryKind, ImmutableSortedDictionary<string, WorkingItem>>.Empty, new WorkingIndexes());

    /// <summary>The registry's revision that this is; provisional after <see cref="After"/>.</summary>
    public long Revision { get; }

    /// <summary>The line of the store's history that the revision counts on; null: the store does not tell.</summary>
    public string? Timeline { get; private init; }

    /// <summary>Whether the store did not tell in time that this is the newest one: nothing is refused for what is missing in it.</summary>
    public bool MayBeOld { get; private init; }

    /// <summary>Documents of a kind by id, in order of id.</summary>
    public ImmutableSortedDictionary<string, WorkingItem> Kind(RegistryKind kind) => _kinds.GetValueOrDefault(kind, None);

    /// <summary>One document; null when there is none.</summary>
    public WorkingItem? Find(RegistryKind kind, string id) => Kind(kind).GetValueOrDefault(id);

    /// <summary>One document in its typed form; null when there is none or it cannot be read.</summary>
    public T? Find<T>(RegistryKind kind, string id)
        where T : class, IRegistryEntity => Find(kind, id)?.Entity as T;

    /// <summary>Every document of a kind that can be read, in order of id.</summary>
    public IEnumerable<T> All<T>(RegistryKind kind)
        where T : class, IRegistryEntity
    {
        foreach (var item in Kind(kind).Values)
        {
            if (item.Entity is T entity)
            {
                yield return entity;
            }
        }
    }

    /// <summary>A client's credentials.</summary>
    public IEnumerable<Credential> CredentialsOf(string client) => Entities<Credential>(_by.Credentials.Find(this, client));

    /// <summary>The clients of a use case.</summary>
    public IEnumerable<Client> ClientsOf(string useCase) => Entities<Client>(_by.Clients.Find(this, useCase));

    /// <summary>A client's access reviews.</summary>
    public IEnumerable<Review> ReviewsOf(string client) => Entities<Review>(_by.Reviews.Find(this, client));

    /// <summary>A client's task grants.</summary>
    public IEnumerable<TaskGrant> TasksOf(string client) => Entities<TaskGrant>(_by.Tasks.Find(this, client));

    /// <summary>An organization's agreements.</summary>
    public IEnumerable<Agreement> AgreementsOf(string organization) => Entities<Agreement>(_by.Agreements.Find(this, organization));

    /// <summary>The use cases that name an organization, an agreement or a roster.</summary>
    public IEnumerable<UseCase> UseCasesOf(RegistryKind kind, string id) => Entities<UseCase>(_by.UseCases.Find(this, (kind, id)));

    /// <summary>Ids of the credentials with this identity (see <see cref="CredentialIdentity"/>): one, where nothing is shared.</summary>
    public IEnumerable<string> HoldersOf(string issuer, string value) =>
        _by.Holders.Find(this, (issuer, value)).Select(static found => found.Item.Id);

    /// <summary>The latest approval of a client: the one that counts.</summary>
    public Approval? ApprovalOf(string client) => ApprovalsOf(client).MaxBy(static approval => approval, Later);

    /// <summary>All approvals that a client ever had.</summary>
    public IEnumerable<Approval> ApprovalsOf(string client) => Entities<Approval>(_by.Approvals.Find(this, client));

    /// <summary>
    /// Credentials, approvals and reviews that cannot be read and seem to be a client's: nodes close it for each of them.
    /// </summary>
    public IEnumerable<RegistryItem> UnreadableOf(string client) => _by.Unreadable.Find(this, client).Select(static found => found.Item);

    /// <summary>What an access review asks, in order of id.</summary>
    public IEnumerable<CampaignItem> ItemsOf(string campaign) => Entities<CampaignItem>(_by.Campaigns.Find(this, campaign));

    /// <summary>Every document as stored.</summary>
    public IEnumerable<RegistryItem> Items() => _kinds.Values.SelectMany(static kind => kind.Values).Select(static found => found.Item);

    /// <summary>The set after stored items were put or deleted.</summary>
    /// <param name="revision">Its revision.</param>
    /// <param name="items">The items.</param>
    public WorkingSet With(long revision, IEnumerable<RegistryItem> items)
    {
        var kinds = _kinds;
        var changes = new List<WorkingChange>();
        foreach (var group in items.GroupBy(static item => item.Kind))
        {
            var builder = kinds.GetValueOrDefault(group.Key, None).ToBuilder();
            foreach (var item in group)
            {
                var before = builder.GetValueOrDefault(item.Id);
                var after = item.Deleted ? null : new WorkingItem(item);
                if (after is not null)
                {
                    builder[item.Id] = after;
                }
                else
                {
                    builder.Remove(item.Id);
                }

                if ((before ?? after) is not null)
                {
                    changes.Add(new WorkingChange(before, after));
                }
            }

            kinds = kinds.SetItem(group.Key, builder.ToImmutable());
        }

        return new WorkingSet(revision, kinds, _by.With(this, changes)) { Timeline = Timeline };
    }

    /// <summary>The same set, read on that line of the store's history.</summary>
    public WorkingSet On(string? timeline) => new(Revision, _kinds, _by) { Timeline = timeline };

    /// <summary>The same set, of which nobody has said lately that it is the newest.</summary>
    public WorkingSet AsOld() => new(Revision, _kinds, _by) { Timeline = Timeline, MayBeOld = true };

    /// <summary>The set as it would be after these writes, for validation and dry runs; versions and times are provisional.</summary>
    public WorkingSet After(IEnumerable<RegistryWrite> writes, DateTimeOffset now, string actor) =>
        With(
            Revision + 1,
            writes.Select(write =>
            {
                var current = Find(write.Kind, write.Id)?.Item;
                return new RegistryItem(
                    write.Kind,
                    write.Id,
                    (current?.Version ?? 0) + 1,
                    Revision + 1,
                    write.Json ?? current?.Json ?? "{}",
                    now,
                    actor,
                    write.Json is null
                );
            })
        );

    // As nodes choose: of two at the same moment the one whose id comes later.
    private static readonly Comparer<Approval> Later = Comparer<Approval>.Create(
        static (one, other) =>
            one.ApprovedAt == other.ApprovedAt ? string.CompareOrdinal(one.Id, other.Id) : one.ApprovedAt.CompareTo(other.ApprovedAt)
    );

    // Found by what stands in their typed form.
    private static IEnumerable<T> Entities<T>(ImmutableArray<WorkingItem> found)
        where T : class, IRegistryEntity => found.Select(static item => (T)item.Entity!);
}
