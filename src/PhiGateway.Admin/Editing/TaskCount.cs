using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Counts the tasks that were given to a client since a second person looked at it. A task is one person's act and stands before no approval,
/// like a membership of a roster; how many of them that person gives is what is counted. Asked by the guard of every write, and for alerts.
/// </summary>
/// <remarks>
/// Security: what was given counts until the next approval, whether it is closed, has ended, was deleted or is for another patient by now:
/// one task at a time reads as many records as a thousand at once. The numbers stand in notes (<see cref="TaskNote"/>) that the same write
/// makes, so neither a restart nor another node begins anew.
/// </remarks>
internal static class TaskCount
{
    /// <summary>
    /// The revision on which a client's approval was given and how many were given to it since, each once for each patient; null: no
    /// approved use case of it lets tasks open anything.
    /// </summary>
    /// <param name="set">The registry.</param>
    /// <param name="client">Client id.</param>
    /// <param name="now">The moment.</param>
    public static (long Seen, int Given)? Since(WorkingSet set, string client, DateTimeOffset now)
    {
        if (ApprovalOf(set, client, now) is not { } approval)
        {
            return null;
        }

        var seen = AuthorNote.Seen(approval);
        var given =
            (TaskNote.Find(approval, seen) ?? 0)
            + set.TasksOf(client).Sum(task => Times(set.Find(RegistryKind.TaskGrant, task.Id)!.Item, task, seen, now));
        return (seen, given);
    }

    /// <summary>Clients to whom a plan gives more tasks than one person may since the approval.</summary>
    public static IEnumerable<string> Outgrown(EditPlan plan, WorkingSet after, int? most, DateTimeOffset now) =>
        most is null
            ? []
            : plan
                .Writes.Where(static write => write is { Kind: RegistryKind.TaskGrant, Json: not null })
                .Select(write => after.Find<TaskGrant>(RegistryKind.TaskGrant, write.Id))
                .OfType<TaskGrant>()
                .Where(task => IsLive(task, now))
                .Select(static task => task.Client)
                .Distinct(StringComparer.Ordinal)
                .Where(client => Since(after, client, now)?.Given > most);

    /// <summary>The plan with the numbers noted in what it writes: in the tasks, and in the approvals of clients that lose some.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="before">The set that it was planned on.</param>
    /// <param name="after">The set as the plan leaves it.</param>
    /// <param name="now">The moment.</param>
    public static EditPlan Noted(EditPlan plan, WorkingSet before, WorkingSet after, DateTimeOffset now)
    {
        if (!plan.Writes.Any(static write => write.Kind == RegistryKind.TaskGrant))
        {
            return plan;
        }

        var gone = plan
            .Writes.Where(static write => write.Kind == RegistryKind.TaskGrant)
            .Select(write => Leaving(write.Id, before, after, now))
            .Where(static leaving => leaving.Times > 0)
            .GroupBy(static leaving => leaving.Client, StringComparer.Ordinal)
            .Select(client => (ApprovalOf(before, client.Key, now)!, client.Sum(static leaving => leaving.Times)));
        var writes = plan.Writes.Select(write => write.Kind == RegistryKind.TaskGrant ? Noted(write, before, after, now) : write).ToList();
        foreach (var (approval, times) in gone)
        {
            var place = writes.FindIndex(write => write.Kind == RegistryKind.Approval && write.Id == approval.Id);
            var seen = AuthorNote.Seen(approval);
            var json = TaskNote.With(
                AuthorNote.Carried((place < 0 ? null : writes[place].Json) ?? approval.Json, approval),
                seen,
                times + (TaskNote.Find(approval, seen) ?? 0)
            );
            var write = new RegistryWrite(RegistryKind.Approval, approval.Id, json, approval.Version);
            if (place < 0)
            {
                writes.Add(write);
            }
            else
            {
                writes[place] = write;
            }
        }

        return plan with
        {
            Writes = writes,
        };
    }

    private static RegistryWrite Noted(RegistryWrite write, WorkingSet before, WorkingSet after, DateTimeOffset now)
    {
        if (
            write.Json is not { } json
            || after.Find<TaskGrant>(RegistryKind.TaskGrant, write.Id) is not { } next
            || From(after, next.Client, now) is not { } seen
        )
        {
            return write;
        }

        var was = before.Find<TaskGrant>(RegistryKind.TaskGrant, write.Id);
        var had =
            was is not null && was.Client == next.Client ? Times(before.Find(RegistryKind.TaskGrant, write.Id)!.Item, was, seen, now) : 0;

        // One that was there when the approval was given and is for the same patient gives nothing new. Once given, another patient counts
        // though the task is closed just now: it may be opened again.
        var isApproved = was is not null && was.Client == next.Client && was.Patient == next.Patient && IsLive(was, now);
        var isGiving = had == 0 ? !isApproved && IsLive(next, now) : was!.Patient != next.Patient;
        var given = isGiving ? had + 1 : had;
        return given == 0 ? write : write with { Json = TaskNote.With(json, seen, given) };
    }

    // What a client loses with a task that goes, or goes to another one.
    private static (string Client, int Times) Leaving(string id, WorkingSet before, WorkingSet after, DateTimeOffset now) =>
        before.Find(RegistryKind.TaskGrant, id) is { Entity: TaskGrant was, Item: var item }
        && after.Find<TaskGrant>(RegistryKind.TaskGrant, id)?.Client != was.Client
        && From(before, was.Client, now) is { } seen
            ? (was.Client, Times(item, was, seen, now))
            : (string.Empty, 0);

    // One from before there were notes counts while it is live, as it did.
    private static int Times(RegistryItem item, TaskGrant task, long seen, DateTimeOffset now)
    {
        if (TaskNote.Find(item, seen) is { } noted)
        {
            return noted;
        }

        return IsLive(task, now) && item.Revision > seen ? 1 : 0;
    }

    // The revision on which the approval was given from which on a client's tasks are counted; null: they are not.
    private static long? From(WorkingSet set, string client, DateTimeOffset now) =>
        ApprovalOf(set, client, now) is { } approval ? AuthorNote.Seen(approval) : null;

    private static RegistryItem? ApprovalOf(WorkingSet set, string client, DateTimeOffset now) =>
        ApprovedClient.Find(set, client) is { UseCase: { } useCase, Approval: { } approval }
        && !(approval.Until <= DateOnly.FromDateTime(now.UtcDateTime))
        && useCase.Grants.Any(static grant => grant.Patients?.Task == true)
            ? set.Find(RegistryKind.Approval, approval.Id)!.Item
            : null;

    private static bool IsLive(TaskGrant task, DateTimeOffset now) => !task.Closed && task.Expires > now;
}
