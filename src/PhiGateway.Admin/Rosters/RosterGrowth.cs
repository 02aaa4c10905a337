using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Rosters;

/// <summary>
/// Watches how far a roster has grown since a second person looked at the clients behind it: told by an alert, and, where it is so
/// configured, ended by their approval.
/// </summary>
/// <remarks>
/// Memberships are a feed's and need one person; how many of them one person may add is what this bounds. It counts in the store, from the
/// revision of the last approval or alert on, so that neither a restart nor another node nor many small writes begin anew.
/// </remarks>
internal sealed class RosterGrowth(
    IRegistryStore store,
    WorkingSetSource sets,
    RegistryEditor editor,
    AdminOptions options,
    TimeProvider time
)
{
    /// <summary>Kind of the alert.</summary>
    public const string Kind = AlertKinds.RosterGrew;

    // A share of a few says nothing.
    private const int LeastForShare = 20;

    private const int MaxNamed = 10;

    // Each attempt is a race lost against another write, or a client whose approval was ended.
    private const int MaxAttempts = 20;

    /// <summary>
    /// Writes memberships; ends the approvals behind the roster first when these would be more than one person may add. The problem when
    /// that could not be done; then not all was written.
    /// </summary>
    /// <remarks>
    /// Whether they are too many is counted by the store within the very write, over everybody's: writes that come together do not each pass.
    /// </remarks>
    /// <param name="call">Who writes.</param>
    /// <param name="roster">The roster.</param>
    /// <param name="members">The memberships.</param>
    /// <param name="onClosed">Told whom it closed as soon as that is so, whatever becomes of the rest.</param>
    public async Task<Outcome<MembersWritten>> PutAsync(
        AdminCall call,
        string roster,
        IReadOnlyList<RosterMember> members,
        Action<IReadOnlyList<string>>? onClosed = null
    )
    {
        if (options.RosterGrowth.MostAlone is not { } most || members.Count == 0)
        {
            return new MembersWritten(await store.PutMembersAsync(members, call.Person, CancellationToken.None));
        }

        var closed = new SortedSet<string>(StringComparer.Ordinal);
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var set = await sets.GetAsync(CancellationToken.None);
            var approved = Approved(set, roster).ToList();
            var bound = new MemberBound(roster, most, [.. approved.Select(static client => client.Seen)], set.Revision)
            {
                SeenTimeline = set.Timeline,
            };
            switch (await store.PutMembersAsync(members, bound, call.Person, CancellationToken.None))
            {
                case MemberWriteResult.Written written:
                    return new MembersWritten(written.Revision) { Closed = [.. closed] };
                case MemberWriteResult.Outgrown outgrown:
                    if ((await EndAsync(call, roster, most, [.. outgrown.Since])).Failed(out var stopped, out var ended))
                    {
                        return Telling(stopped, closed);
                    }

                    closed.UnionWith(ended);
                    onClosed?.Invoke(ended);
                    break;
                default:
                    // Somebody changed a document, perhaps an approval: look again.
                    break;
            }
        }

        return Telling(AdminProblem.Busy, closed);
    }

    // Whom it closed is closed, though the memberships were not written.
    private static AdminProblem Telling(AdminProblem problem, IReadOnlyCollection<string> closed) =>
        closed.Count == 0
            ? problem
            : problem with
            {
                Detail = $"{problem.Detail} Before that the approvals of these clients were ended: {string.Join(", ", closed)}.".Trim(),
            };

    // Of every client whose approval stood behind the roster at one of these revisions, as the set is once nobody else writes; those that
    // it closed are told.
    private async Task<Outcome<string[]>> EndAsync(AdminCall call, string roster, long most, HashSet<long> outgrown)
    {
        var edit = new Edit(
            "roster.outgrown",
            KindWord.Of(RegistryKind.Roster, roster),
            now => new EditPlan([
                .. Approved(now, roster)
                    .Where(client => outgrown.Contains(client.Seen))
                    .Select(client => OpeningGuard.Take(now, client.Client, call.Persons, time.GetUtcNow()))
                    .OfType<RegistryWrite>(),
            ])
            {
                Note = string.Create(CultureInfo.InvariantCulture, $"more than {most} memberships since the approval"),
            }
        );
        return (await editor.WriteAsync(call, edit)).Failed(out var problem, out var outcome)
            ? problem
            : outcome.Paths.Where(static path => path.Closed.Count > 0).Select(static path => path.Client).ToArray();
    }

    /// <summary>Asked after memberships were added or changed: raises an alert when that was much, with those that are gone again.</summary>
    public async Task AfterAsync(AdminCall call, string roster)
    {
        var set = await sets.GetAsync(CancellationToken.None);
        var id = AlertKinds.IdOf(Kind, roster);
        var earlier = set.Find(RegistryKind.Alert, id)?.Item;
        var approved = Approved(set, roster).ToList();
        if (approved.Count == 0)
        {
            return;
        }

        // From when it was raised, not from when somebody last took, snoozed or closed it.
        var since = Math.Max(approved.Max(static client => client.Seen), earlier is null ? 0 : AuthorNote.Seen(earlier));

        // Those that went again too: who comes, is read and goes was on it.
        var grown = await store.CountMembersAsync(roster, since, withRemoved: true, CancellationToken.None);
        if (grown < Math.Min(LeastForShare, options.RosterGrowth.AlertMembers))
        {
            return;
        }

        var size = await store.CountMembersAsync(roster, 0, withRemoved: false, CancellationToken.None);
        var there = await store.CountMembersAsync(roster, since, withRemoved: false, CancellationToken.None);
        var isShare = grown >= LeastForShare && grown * 100 >= (size - there) * options.RosterGrowth.AlertPercent;
        if (grown < options.RosterGrowth.AlertMembers && !isShare)
        {
            return;
        }

        await editor.WriteAsync(
            call,
            new Edit("alert.raise", KindWord.Of(RegistryKind.Alert, id), now => Raise(now, id, roster, call, grown, size))
        );
    }

    private EditPlan Raise(WorkingSet set, string id, string roster, AdminCall call, long grown, long size)
    {
        var earlier = set.Find(RegistryKind.Alert, id)?.Item;
        var clients = Approved(set, roster).Select(static client => client.Client).ToList();
        var alert = new Alert
        {
            Id = id,
            Kind = Kind,
            Subject = KindWord.Of(RegistryKind.Roster, roster),
            At = time.GetUtcNow(),
            Evidence = string.Create(
                CultureInfo.InvariantCulture,
                $"{grown} memberships were added, changed or removed since somebody looked, the last by {call.Person}; {size} are there. "
                    + $"Clients: {Named(clients)}."
            ),
            Notify = Named([
                .. clients
                    .Select(client => set.Find<Client>(RegistryKind.Client, client)?.Owner)
                    .OfType<string>()
                    .Distinct(StringComparer.OrdinalIgnoreCase),
            ]),
        };
        var json = AuthorNote.WithActors(AuthorNote.Given(RegistryJson.Serialize(alert), set.Revision, null), earlier, call);
        return new EditPlan([new RegistryWrite(RegistryKind.Alert, id, json, earlier?.Version ?? 0)]);
    }

    // Clients whose approval counts, and on which revision it was given.
    private IEnumerable<(string Client, long Seen)> Approved(WorkingSet set, string roster)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return set.UseCasesOf(RegistryKind.Roster, roster)
            .SelectMany(useCase => set.ClientsOf(useCase.Id))
            .Select(client => set.ApprovalOf(client.Id))
            .Where(approval => approval is not null && !(approval.Until <= today))
            .Select(approval => (approval!.Client, AuthorNote.Seen(set.Find(RegistryKind.Approval, approval.Id)!.Item)));
    }

    private static string Named(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(MaxNamed))
        + (names.Count > MaxNamed ? string.Create(CultureInfo.InvariantCulture, $" and {names.Count - MaxNamed} more") : string.Empty);
}

/// <summary>The result of writing memberships.</summary>
/// <param name="Revision">The revision written.</param>
internal sealed record MembersWritten(long Revision)
{
    /// <summary>Clients whose approval ended before it could be written, in order of id.</summary>
    public IReadOnlyList<string> Closed { get; init; } = [];
}
