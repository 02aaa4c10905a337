using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Computes what a write does to the doors of one client's PHI path.</summary>
/// <param name="Client">Client id.</param>
/// <param name="WasOpen">Whether every door was open before.</param>
/// <param name="IsOpen">Whether every door is open after.</param>
/// <param name="Opened">Doors that were shut and are open.</param>
/// <param name="Closed">Doors that were open and are shut.</param>
internal sealed record PathChange(string Client, bool WasOpen, bool IsOpen, IReadOnlyList<string> Opened, IReadOnlyList<string> Closed)
{
    // What no approval covers and no door guards.
    private const string Tasks = "taskGrants/";

    /// <summary>Tasks that cover more than they did, as <c>taskGrants/id</c>.</summary>
    public IReadOnlyList<string> Widened { get; private init; } = [];

    /// <summary>Tasks that cover less than they did.</summary>
    public IReadOnlyList<string> Narrowed { get; private init; } = [];

    /// <summary>
    /// Of every client: both sets are compiled as a node compiles them, and the policy says what lies between. Revocations are not asked:
    /// they open by a verb of their own.
    /// </summary>
    /// <param name="before">The registry as it is.</param>
    /// <param name="after">The registry with the writes.</param>
    /// <param name="clients">The clients that are asked about.</param>
    /// <param name="writes">The writes: of a client's tasks only those are compared that are written, however many it has.</param>
    /// <param name="now">The moment.</param>
    public static IReadOnlyList<PathChange> Of(
        WorkingSet before,
        WorkingSet after,
        IReadOnlyList<string> clients,
        IReadOnlyList<RegistryWrite> writes,
        DateTimeOffset now
    )
    {
        if (clients.Count == 0)
        {
            return [];
        }

        var tasks = writes.Where(static write => write.Kind == RegistryKind.TaskGrant).Select(static write => write.Id).ToList();
        var (was, becomes) = (Compile(before, clients, tasks), Compile(after, clients, tasks));
        return [.. clients.Select(client => Of(Openings.Between(client, was, becomes, now)))];
    }

    /// <summary>The doors that guard one client's path and are shut.</summary>
    public static IReadOnlyList<Door> Shut(WorkingSet set, string client, DateTimeOffset now)
    {
        var snapshot = Compile(set, [client]);
        return snapshot.FindClientById(client) is { } entry
            ? [.. Posture.Of(entry, snapshot, now).Where(static door => door is { Open: false, Guards: true })]
            : [];
    }

    private static PathChange Of(AccessStep step) =>
        new(step.Client, step.PathBefore, step.PathAfter, Subjects(step, StepKind.Opens), Subjects(step, StepKind.Closes))
        {
            Widened = [.. Subjects(step, StepKind.Widens).Where(static subject => subject.StartsWith(Tasks, StringComparison.Ordinal))],
            Narrowed = [.. Subjects(step, StepKind.Narrows).Where(static subject => subject.StartsWith(Tasks, StringComparison.Ordinal))],
        };

    private static string[] Subjects(AccessStep step, StepKind kind) =>
        [.. step.Changes.Where(change => change.Kind == kind).Select(static change => change.Subject)];

    /// <summary>The documents on the paths of these clients, each once.</summary>
    internal static IReadOnlyList<RegistryItem> ItemsOf(WorkingSet set, IReadOnlyList<string> clients)
    {
        var items = new Dictionary<(RegistryKind, string), RegistryItem>();
        foreach (var id in clients)
        {
            Collect(set, id, items);
        }

        return [.. items.Values];
    }

    /// <summary>The set as nodes compile it, of these clients; without who is on rosters, and of tasks with those that are named.</summary>
    internal static RegistrySnapshot Compile(WorkingSet set, IReadOnlyList<string> clients, IReadOnlyList<string>? tasks = null)
    {
        var named = (tasks ?? []).Select(id => set.Find(RegistryKind.TaskGrant, id)?.Item).OfType<RegistryItem>();
        var changes = new RegistryChanges(Math.Max(set.Revision, 1), [.. ItemsOf(set, clients), .. named], [], []);
        return new RegistrySnapshotBuilder().Rebuild(changes);
    }

    private static void Collect(WorkingSet set, string id, Dictionary<(RegistryKind, string), RegistryItem> items)
    {
        void Add(RegistryKind kind, string? name)
        {
            if (name is not null && set.Find(kind, name) is { } found)
            {
                items[(kind, name)] = found.Item;
            }
        }

        Add(RegistryKind.Client, id);
        if (set.Find<Client>(RegistryKind.Client, id) is not { } client)
        {
            return;
        }

        Add(RegistryKind.UseCase, client.UseCase);
        if (set.Find<UseCase>(RegistryKind.UseCase, client.UseCase) is { } useCase)
        {
            Add(RegistryKind.Agreement, useCase.Agreement);
            Add(RegistryKind.Organization, useCase.Organization);
            foreach (var grant in useCase.Grants)
            {
                Add(RegistryKind.Roster, grant.Patients?.Roster);
            }

            Add(
                RegistryKind.Organization,
                useCase.Agreement is { } agreement ? set.Find<Agreement>(RegistryKind.Agreement, agreement)?.Organization : null
            );
        }

        Add(RegistryKind.Approval, set.ApprovalOf(id)?.Id);
        foreach (var credential in set.CredentialsOf(id))
        {
            Add(RegistryKind.Credential, credential.Id);
        }

        foreach (var review in set.ReviewsOf(id))
        {
            Add(RegistryKind.Review, review.Id);
        }

        foreach (var unreadable in set.UnreadableOf(id))
        {
            Add(unreadable.Kind, unreadable.Id);
        }
    }
}
