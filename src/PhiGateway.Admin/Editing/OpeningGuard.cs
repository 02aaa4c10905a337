using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Makes a write that opens a door also take the approval of the clients behind it, so that their path stays shut until a second person has
/// approved what stands there. What opens needs two persons; what closes needs one.
/// </summary>
/// <remarks>
/// Security: it is asked of doors, not of whole paths, so that nobody opens one after the other. The approval ends with the write itself, in
/// one transaction; who wrote is noted in it and does not approve. Verbs that are a second person's act themselves say so
/// (<see cref="Edit.IsSecondPerson"/>) and ask who the first ones were.
/// </remarks>
internal static class OpeningGuard
{
    /// <summary>The plan with its author noted, and with the approvals that it takes away.</summary>
    /// <param name="edit">What was asked for.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="before">The set that it was planned on.</param>
    /// <param name="persons">Whose act it may be, the one who asks first.</param>
    /// <param name="revoked">Ids of the credentials that are revoked, as far as the plan writes any.</param>
    /// <param name="mostTasks">How many tasks one person may give a client; null: as many as they like.</param>
    /// <param name="now">The moment.</param>
    public static EditPlan Extend(
        Edit edit,
        EditPlan plan,
        WorkingSet before,
        IReadOnlyList<string> persons,
        IReadOnlySet<string> revoked,
        int? mostTasks,
        DateTimeOffset now
    )
    {
        var after = before.After(plan.Writes, now, persons[0]);
        var unnamed = LostLabels.Find(before, after, plan.Writes);
        IReadOnlyList<string> clients = [.. AffectedClients.Of(before, after, plan.Writes).Union(unnamed.Keys, StringComparer.Ordinal)];
        var opened = edit.IsSecondPerson
            ? []
            : PathChange
                .Of(before, after, clients, plan.Writes, now)
                .Where(static change => change.Opened.Count > 0)
                .Select(static change => change.Client)
                .Concat(Replaced(plan, before, after, revoked, now))
                .Concat(TaskCount.Outgrown(plan, after, mostTasks, now))
                .Concat(unnamed.Keys)
                .ToHashSet();
        var losers = plan
            .Writes.Where(static write => write.Kind == RegistryKind.Credential)
            .Select(write => before.Find<Credential>(RegistryKind.Credential, write.Id))
            .OfType<Credential>()
            .Where(credential => after.Find<Credential>(RegistryKind.Credential, credential.Id)?.Client != credential.Client)
            .Select(static credential => credential.Client)
            .ToHashSet(StringComparer.Ordinal);
        var stamped = Authorship.Stamp(plan, before, persons, now, opened.Count > 0);
        var taken = new List<string>();
        var notes = new List<RegistryWrite>();
        foreach (var client in clients.Where(client => opened.Contains(client) || losers.Contains(client)))
        {
            if (Note(stamped, before, after, client, persons, now, opened.Contains(client)) is { } note)
            {
                notes.Add(note);
                if (opened.Contains(client) && note.Kind == RegistryKind.Approval)
                {
                    taken.Add(client);
                }
            }
        }

        var changed = notes.Select(static note => (note.Kind, note.Id)).ToHashSet();
        return stamped with
        {
            Writes = [.. stamped.Writes.Where(write => !changed.Contains((write.Kind, write.Id))), .. notes],
            Taken = taken,
        };
    }

    // Another credential in the place of one that is revoked opens what the revocation shut, though no door of a document does.
    private static IEnumerable<string> Replaced(
        EditPlan plan,
        WorkingSet before,
        WorkingSet after,
        IReadOnlySet<string> revoked,
        DateTimeOffset now
    ) =>
        revoked.Count == 0
            ? []
            : plan
                .Writes.Where(write => write.Kind == RegistryKind.Credential && !revoked.Contains(write.Id))
                .Select(write => after.Find<Credential>(RegistryKind.Credential, write.Id))
                .OfType<Credential>()
                .Where(credential => before.Find<Credential>(RegistryKind.Credential, credential.Id)?.Client != credential.Client)
                .Where(credential => IsShutByRevocation(before.CredentialsOf(credential.Client), credential.Kind, revoked, now))
                .Select(static credential => credential.Client);

    private static bool IsShutByRevocation(
        IEnumerable<Credential> credentials,
        CredentialKind kind,
        IReadOnlySet<string> revoked,
        DateTimeOffset now
    )
    {
        var same = credentials.Where(credential => credential.Kind == kind).ToList();
        return same.Count > 0 && same.TrueForAll(credential => revoked.Contains(credential.Id) || IsOver(credential, now));
    }

    // One that has ended, or is overdue, keeps no path open beside one that is revoked.
    private static bool IsOver(Credential credential, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        return credential.OverlapUntil <= now
            || credential.Expires <= today
            || today.DayNumber - credential.RotateBy?.DayNumber > DoorDefaults.RotationGraceDays;
    }

    /// <summary>The end of a client's approval, with whose act that is in it; null: it has none that counts.</summary>
    public static RegistryWrite? Take(WorkingSet set, string client, IReadOnlyList<string> persons, DateTimeOffset now) =>
        set.ApprovalOf(client) is { } approval && set.Find(RegistryKind.Approval, approval.Id)?.Item is { } item
            ? Ended(approval, item, persons, set.Revision, DateOnly.FromDateTime(now.UtcDateTime))
            : null;

    private static RegistryWrite Ended(Approval approval, RegistryItem item, IReadOnlyList<string> persons, long revision, DateOnly? end)
    {
        var next = end is { } day && !(approval.Until <= day) ? approval with { Until = day } : approval;
        return new RegistryWrite(
            RegistryKind.Approval,
            approval.Id,
            AuthorNote.With(AuthorNote.Carried(RegistryJson.Serialize(next), item), AuthorNote.Read(item), persons, revision),
            item.Version
        );
    }

    // The approval takes the author's name, and ends when a door was opened; a client that was never approved keeps the name itself.
    private static RegistryWrite? Note(
        EditPlan plan,
        WorkingSet before,
        WorkingSet after,
        string client,
        IReadOnlyList<string> persons,
        DateTimeOffset now,
        bool ends
    )
    {
        if (after.ApprovalOf(client) is { } approval && before.Find(RegistryKind.Approval, approval.Id)?.Item is { } item)
        {
            // What the plan notes in it already stays.
            var planned = plan.Writes.FirstOrDefault(write => write.Kind == RegistryKind.Approval && write.Id == approval.Id)?.Json;
            var noted = item with { Json = planned ?? item.Json };
            return Ended(approval, noted, persons, before.Revision, ends ? DateOnly.FromDateTime(now.UtcDateTime) : null);
        }

        if (ends || after.Find(RegistryKind.Client, client) is null || before.Find(RegistryKind.Client, client)?.Item is not { } stored)
        {
            return null;
        }

        var json = plan.Writes.FirstOrDefault(write => write.Kind == RegistryKind.Client && write.Id == client)?.Json ?? stored.Json;
        return new RegistryWrite(
            RegistryKind.Client,
            client,
            AuthorNote.With(json, AuthorNote.Read(stored), persons, before.Revision),
            stored.Version
        );
    }
}
