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

    private WorkingSet(long revision, ImmutableDictionary<RegistryKind, ImmutableSortedDictionary<string, WorkingItem>> kinds)
    {
        Revision = revision;
        _kinds = kinds;
    }

    /// <summary>A registry without documents.</summary>
    public static WorkingSet Empty { get; } =
        new(0, ImmutableDictionary<RegistryKind, ImmutableSortedDictionary<string, WorkingItem>>.Empty);

    /// <summary>The registry's revision that this is; provisional after <see cref="After"/>.</summary>
    public long Revision { get; }

    /// <summary>The line of the store's history that the revision counts on; null: the store does not tell.</summary>
    public string? Timeline { get; private init; }

    /// <summary>Whether the store did not tell in time that this is the newest one: nothing is refused for what is missing in it.</summary>
    public bool MayBeOld { get; private init; }

    private ILookup<string, Credential> CredentialIndex =>
        field ??= All<Credential>(RegistryKind.Credential).ToLookup(static credential => credential.Client, StringComparer.Ordinal);

    private ILookup<string, Client> ClientIndex =>
        field ??= All<Client>(RegistryKind.Client).ToLookup(static client => client.UseCase, StringComparer.Ordinal);

    private ILookup<string, Review> ReviewIndex =>
        field ??= All<Review>(RegistryKind.Review).ToLookup(static review => review.Client, StringComparer.Ordinal);

    private ILookup<string, TaskGrant> TaskIndex =>
        field ??= All<TaskGrant>(RegistryKind.TaskGrant).ToLookup(static task => task.Client, StringComparer.Ordinal);

    private ILookup<string, Agreement> AgreementIndex =>
        field ??= All<Agreement>(RegistryKind.Agreement).ToLookup(static agreement => agreement.Organization, StringComparer.Ordinal);

    private ILookup<(RegistryKind Kind, string Id), UseCase> UseCaseIndex =>
        field ??= All<UseCase>(RegistryKind.UseCase)
            .SelectMany(static useCase => Named(useCase).Distinct().Select(named => (Named: named, UseCase: useCase)))
            .ToLookup(static pair => pair.Named, static pair => pair.UseCase);

    private ILookup<(string, string), string> HolderIndex =>
        field ??= All<Credential>(RegistryKind.Credential)
            .Where(static credential => CredentialIdentity.Of(credential) is not null)
            .ToLookup(static credential => CredentialIdentity.Of(credential)!.Value, static credential => credential.Id);

    private ILookup<string, Approval> ApprovalIndex =>
        field ??= All<Approval>(RegistryKind.Approval).ToLookup(static approval => approval.Client, StringComparer.Ordinal);

    private ILookup<string, RegistryItem> UnreadableIndex =>
        field ??= ((RegistryKind[])[RegistryKind.Credential, RegistryKind.Approval, RegistryKind.Review])
            .SelectMany(kind => Kind(kind).Values)
            .Where(static found => found.Entity is null)
            .Select(static found => (Client: StoredBody.ClientIn(found.Item.Json), found.Item))
            .Where(static pair => pair.Client is not null)
            .ToLookup(static pair => pair.Client!, static pair => pair.Item, StringComparer.Ordinal);

    private ILookup<string, CampaignItem> CampaignIndex =>
        field ??= All<CampaignItem>(RegistryKind.CampaignItem).ToLookup(static item => item.Campaign, StringComparer.Ordinal);

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
    public IEnumerable<Credential> CredentialsOf(string client) => CredentialIndex[client];

    /// <summary>The clients of a use case.</summary>
    public IEnumerable<Client> ClientsOf(string useCase) => ClientIndex[useCase];

    /// <summary>A client's access reviews.</summary>
    public IEnumerable<Review> ReviewsOf(string client) => ReviewIndex[client];

    /// <summary>A client's task grants.</summary>
    public IEnumerable<TaskGrant> TasksOf(string client) => TaskIndex[client];

    /// <summary>An organization's agreements.</summary>
    public IEnumerable<Agreement> AgreementsOf(string organization) => AgreementIndex[organization];

    /// <summary>The use cases that name an organization, an agreement or a roster.</summary>
    public IEnumerable<UseCase> UseCasesOf(RegistryKind kind, string id) => UseCaseIndex[(kind, id)];

    /// <summary>Ids of the credentials with this identity (see <see cref="CredentialIdentity"/>): one, where nothing is shared.</summary>
    public IEnumerable<string> HoldersOf(string issuer, string value) => HolderIndex[(issuer, value)];

    /// <summary>The latest approval of a client: the one that counts.</summary>
    public Approval? ApprovalOf(string client) => ApprovalIndex[client].MaxBy(static approval => approval, Later);

    /// <summary>All approvals that a client ever had.</summary>
    public IEnumerable<Approval> ApprovalsOf(string client) => ApprovalIndex[client];

    /// <summary>
    /// Credentials, approvals and reviews that cannot be read and seem to be a client's: nodes close it for each of them.
    /// </summary>
    public IEnumerable<RegistryItem> UnreadableOf(string client) => UnreadableIndex[client];

    /// <summary>What an access review asks, in order of id.</summary>
    public IEnumerable<CampaignItem> ItemsOf(string campaign) => CampaignIndex[campaign];

    /// <summary>Every document as stored.</summary>
    public IEnumerable<RegistryItem> Items() => _kinds.Values.SelectMany(static kind => kind.Values).Select(static found => found.Item);

    /// <summary>The set after stored items were put or deleted.</summary>
    /// <param name="revision">Its revision.</param>
    /// <param name="items">The items.</param>
    public WorkingSet With(long revision, IEnumerable<RegistryItem> items)
    {
        var kinds = _kinds;
        foreach (var group in items.GroupBy(static item => item.Kind))
        {
            var builder = kinds.GetValueOrDefault(group.Key, None).ToBuilder();
            foreach (var item in group)
            {
                if (item.Deleted)
                {
                    builder.Remove(item.Id);
                }
                else
                {
                    builder[item.Id] = new WorkingItem(item);
                }
            }

            kinds = kinds.SetItem(group.Key, builder.ToImmutable());
        }

        return new WorkingSet(revision, kinds) { Timeline = Timeline };
    }

    /// <summary>The same set, read on that line of the store's history.</summary>
    public WorkingSet On(string? timeline) => new(Revision, _kinds) { Timeline = timeline };

    /// <summary>The same set, of which nobody has said lately that it is the newest.</summary>
    public WorkingSet AsOld() => new(Revision, _kinds) { Timeline = Timeline, MayBeOld = true };

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

    private static IEnumerable<(RegistryKind, string)> Named(UseCase useCase)
    {
        yield return (RegistryKind.Organization, useCase.Organization);
        if (useCase.Agreement is { } agreement)
        {
            yield return (RegistryKind.Agreement, agreement);
        }

        foreach (var grant in useCase.Grants)
        {
            if (grant.Patients?.Roster is { } roster)
            {
                yield return (RegistryKind.Roster, roster);
            }
        }
    }
}
