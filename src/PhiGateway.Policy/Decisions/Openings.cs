using System.Globalization;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Says which doors a step opens and closes and whether it permits more or less: two states of the registry around one client in, an
/// <see cref="AccessStep"/> out. The control plane asks it before every write, file imports and lifted revocations included.
/// </summary>
/// <remarks>
/// Pure. Security: a door that only some clients have, such as a vendor review that is due, is open while nobody set it up, so taking the
/// review away opens it. A credential that comes is something wider, unless it rotates. Revocations of single tokens, and of all that was
/// issued before a moment, are no client's: whoever lifts one of those knows that it opens.
/// </remarks>
public static class Openings
{
    private const string CredentialDoor = "credential";

    // One tenant or issuer of several: it is shut while the client's path is open elsewhere.
    private const string Place = "revocation/";

    /// <summary>What the step does to one client.</summary>
    /// <param name="client">Client id.</param>
    /// <param name="before">The registry as it is.</param>
    /// <param name="after">The registry as it would be.</param>
    /// <param name="now">The moment at which doors are looked at, UTC.</param>
    /// <param name="rosters">What the step does to memberships; null: nothing.</param>
    public static AccessStep Between(
        string client,
        RegistrySnapshot before,
        RegistrySnapshot after,
        DateTimeOffset now,
        IReadOnlyList<RosterStep>? rosters = null
    )
    {
        var (old, next) = (State.Of(client, before, now), State.Of(client, after, now));
        var changes = new List<StepChange>();
        CompareExistence(client, old, next, changes);
        CompareDoors(old, next, changes);
        CompareCredentials(old, next, changes);
        CompareRights(old.Entry, next.Entry, now, changes);
        CompareTasks(old.Entry, next.Entry, now.UtcTicks, changes);
        CompareRosters(next.Entry, rosters ?? [], changes);
        return new AccessStep(client, old.IsOpen, next.IsOpen, changes);
    }

    private static void CompareExistence(string client, State old, State next, List<StepChange> changes)
    {
        if (old.Entry is not null && next.Entry is null)
        {
            changes.Add(new StepChange(StepKind.Closes, "client", $"client {client} is no longer registered"));
        }
        else if (old.Entry is null && next.Entry is not null)
        {
            changes.Add(new StepChange(next.IsOpen ? StepKind.Opens : StepKind.Changes, "client", $"client {client} is registered"));
        }
    }

    private static void CompareDoors(State old, State next, List<StepChange> changes)
    {
        if (old.Entry is null || next.Entry is null)
        {
            return;
        }

        foreach (var name in old.Doors.Keys.Union(next.Doors.Keys).Order(StringComparer.Ordinal))
        {
            Add(changes, name, old.Find(name), next.Find(name));
        }
    }

    private static void CompareCredentials(State old, State next, List<StepChange> changes)
    {
        // One that comes or goes is a right, not a door: what it means depends on what is approved.
        foreach (var id in old.Credentials.Keys.Intersect(next.Credentials.Keys).Order(StringComparer.Ordinal))
        {
            Add(changes, CredentialDoor + "/" + id, old.Credentials[id], next.Credentials[id]);
        }

        CompareOverlaps(old.Entry?.Credentials ?? [], next.Entry?.Credentials ?? [], changes);
    }

    // Beside its successor a key is a second one: what lets it last longer lets in what nobody approved. It is no confirmation in time.
    private static void CompareOverlaps(IReadOnlyList<Credential> old, IReadOnlyList<Credential> next, List<StepChange> changes)
    {
        foreach (
            var was in old.Where(static credential => CredentialKinds.IsEnforced(credential.Kind) && credential.OverlapUntil is not null)
        )
        {
            var becomes = next.FirstOrDefault(credential => string.Equals(credential.Id, was.Id, StringComparison.Ordinal));
            if (becomes is not null && !(becomes.OverlapUntil <= was.OverlapUntil))
            {
                changes.Add(
                    new StepChange(
                        StepKind.Opens,
                        $"{CredentialDoor}-overlap/{was.Id}",
                        $"credential {was.Id} is honoured longer beside the one that replaced it"
                    )
                    {
                        Rule = "credential/" + was.Id,
                        Until = becomes.OverlapUntil,
                    }
                );
            }
        }
    }

    private static void Add(List<StepChange> changes, string name, Standing was, Standing becomes)
    {
        var (kind, words) = (was.Open, becomes.Open) switch
        {
            (false, true) => (StepKind.Opens, $"door {name} opens"),
            (true, false) => (StepKind.Closes, $"door {name} closes"),
            (true, true) when was.Until < becomes.Until => (StepKind.Extends, $"door {name} stays open longer"),
            (true, true) when was.Until > becomes.Until => (StepKind.Shortens, $"door {name} will close sooner"),
            _ => (StepKind.Changes, string.Empty),
        };
        if (kind == StepKind.Changes)
        {
            return;
        }

        DateTimeOffset? until = becomes.Open && becomes.Until < DateTimeOffset.MaxValue ? becomes.Until : null;
        changes.Add(
            new StepChange(
                kind,
                name,
                until is { } end ? string.Create(CultureInfo.InvariantCulture, $"{words}, until {end.UtcDateTime:yyyy-MM-dd HH:mm}") : words
            )
            {
                Rule = becomes.Rule ?? was.Rule,
                Until = until,
            }
        );
    }

    private static void CompareRights(ClientEntry? old, ClientEntry? next, DateTimeOffset now, List<StepChange> changes)
    {
        if (old is not { UseCase: { } oldUseCase } || next is not { UseCase: { } useCase })
        {
            return;
        }

        // A key in the place of another of its kind lets nobody in who was not approved.
        var rotates = CredentialSuccession.KeepsApproval(old.Credentials, next.Credentials, now);
        foreach (
            var change in AccessDiff.Compare(
                new ApprovedInput(old.Client, oldUseCase, old.Agreement, old.Organization, old.Credentials),
                new ApprovedInput(next.Client, useCase, next.Agreement, next.Organization, next.Credentials)
            )
        )
        {
            changes.Add(
                new StepChange(
                    change.Kind switch
                    {
                        _ when rotates && change.Path.StartsWith("credentials/", StringComparison.Ordinal) => StepKind.Changes,
                        ChangeKind.Widening => StepKind.Widens,
                        ChangeKind.Narrowing => StepKind.Narrows,
                        _ => StepKind.Changes,
                    },
                    change.Path,
                    change.Words
                )
            );
        }
    }

    private static void CompareTasks(ClientEntry? old, ClientEntry? next, long ticks, List<StepChange> changes)
    {
        var (was, becomes) = (Live(old, ticks), Live(next, ticks));
        foreach (var task in becomes.Where(task => !was.Exists(other => Covers(other, task))))
        {
            changes.Add(new StepChange(StepKind.Widens, "taskGrants/" + task.Task, $"task {task.Task} covers what no task covered"));
        }

        foreach (var task in was.Where(task => !becomes.Exists(other => Covers(other, task))))
        {
            changes.Add(new StepChange(StepKind.Narrows, "taskGrants/" + task.Task, $"task {task.Task} no longer covers what it did"));
        }
    }

    private static void CompareRosters(ClientEntry? next, IReadOnlyList<RosterStep> rosters, List<StepChange> changes)
    {
        foreach (var step in rosters)
        {
            if (next?.UseCase?.Grants.Any(grant => string.Equals(grant.Patients?.Roster, step.Roster, StringComparison.Ordinal)) != true)
            {
                continue;
            }

            var path = "rosters/" + step.Roster;
            if (step.Added > 0)
            {
                changes.Add(new StepChange(StepKind.Widens, path, Count(step.Added, step.Roster, "are added to")));
            }

            if (step.Removed > 0)
            {
                changes.Add(new StepChange(StepKind.Narrows, path, Count(step.Removed, step.Roster, "are taken from")));
            }
        }
    }

    private static string Count(long number, string roster, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} memberships {what} roster {roster}");

    private static List<TaskEntry> Live(ClientEntry? entry, long ticks) =>
        entry is null ? [] : [.. entry.Tasks.Where(task => task.IsLive(ticks))];

    // Every use of the one is a use of the other.
    private static bool Covers(TaskEntry wide, TaskEntry narrow) =>
        wide.Patient == narrow.Patient
        && (wide.Id is null || (wide.Type == narrow.Type && string.Equals(wide.Id, narrow.Id, StringComparison.Ordinal)))
        && wide.Until >= narrow.Until
        && IsAsWide(wide, narrow)
        && (wide.MaxUses is null || (wide.Task == narrow.Task && narrow.MaxUses is { } uses && wide.MaxUses >= uses));

    private static bool IsAsWide(TaskEntry wide, TaskEntry narrow) =>
        (!wide.ByToken || (narrow.ByToken && wide.Task == narrow.Task))
        && (wide.Tenant is null || wide.Tenant == narrow.Tenant)
        && (wide.Types.IsEmpty || (!narrow.Types.IsEmpty && narrow.Types.Except(wide.Types).IsEmpty))
        && (wide.Interactions.IsEmpty || (!narrow.Interactions.IsEmpty && wide.Interactions.Covers(narrow.Interactions)));

    /// <summary>Whether one door, or all doors of one credential, are open at the moment asked about, and until when.</summary>
    private sealed record Standing(bool Open, DateTimeOffset Until, string? Rule)
    {
        internal static readonly Standing Shut = new(false, DateTimeOffset.MinValue, null);

        internal static readonly Standing NotSetUp = new(true, DateTimeOffset.MaxValue, null);

        internal static Standing Of(Door door) => new(door.Open, door.ClosesAt ?? DateTimeOffset.MaxValue, door.Rule);

        internal Standing And(Standing other) => new(Open && other.Open, Until < other.Until ? Until : other.Until, Rule ?? other.Rule);
    }

    /// <summary>The doors of one client at the moment asked about, those of each credential put together.</summary>
    private sealed record State(
        ClientEntry? Entry,
        bool IsOpen,
        Dictionary<string, Standing> Doors,
        Dictionary<string, Standing> Credentials
    )
    {
        internal static State Of(string client, RegistrySnapshot snapshot, DateTimeOffset now)
        {
            var state = new State(snapshot.FindClientById(client), false, [], []);
            if (state.Entry is null)
            {
                return state;
            }

            foreach (var door in Posture.Of(state.Entry, snapshot, now).Where(static door => door.Guards))
            {
                var slash = door.Name.IndexOf('/', StringComparison.Ordinal);
                if (slash < 0)
                {
                    state.Doors[door.Name] = Standing.Of(door);
                }
                else
                {
                    var id = door.Name[(slash + 1)..];
                    var standing = Standing.Of(door);
                    state.Credentials[id] = state.Credentials.TryGetValue(id, out var known) ? known.And(standing) : standing;
                }
            }

            foreach (var tenant in state.Entry.Tenants)
            {
                state.AddPlace("revocation/tenant/" + tenant, snapshot.Revocations.Contains(RevocationTarget.Tenant, tenant));
            }

            foreach (var issuer in state.Entry.Credentials.Select(static credential => credential.Issuer).OfType<string>())
            {
                state.AddPlace("revocation/issuer/" + issuer, snapshot.Revocations.Contains(RevocationTarget.Issuer, issuer));
            }

            // Posture names a missing credential as a door of its own; here each credential is one.
            state.Doors.Remove(CredentialDoor);
            var open =
                state.Doors.Where(static door => !door.Key.StartsWith(Place, StringComparison.Ordinal)).All(static door => door.Value.Open)
                && state.HasOpenIdentity();
            return state with { IsOpen = open };
        }

        // Of an approval that is missing only the first door stands.
        internal Standing Find(string name)
        {
            if (Doors.TryGetValue(name, out var door))
            {
                return door;
            }

            return name.StartsWith("approval-", StringComparison.Ordinal) ? Doors["approval"] : Standing.NotSetUp;
        }

        private void AddPlace(string name, bool revoked) => Doors[name] = revoked ? Standing.Shut : Standing.NotSetUp;

        private bool HasOpenIdentity() =>
            Entry!.Credentials.Any(credential =>
                CredentialKinds.Recognises(credential.Kind) && Credentials.TryGetValue(credential.Id, out var standing) && standing.Open
            );
    }
}
