using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Counts the tasks that were given to a client since a second person looked at it. A task is one person's act and stands before no approval,
/// like a membership of a roster; how many of them that person gives is what is counted. Asked by the guard of every write, and for alerts.
/// </summary>
internal static class TaskCount
{
    /// <summary>Live tasks of a client that were written after a revision; 0: no approved use case of it lets tasks open anything.</summary>
    /// <param name="set">The registry.</param>
    /// <param name="client">Client id.</param>
    /// <param name="since">Those written after it count, and those written after the client's approval at the earliest.</param>
    /// <param name="now">The moment: what has ended does not count.</param>
    public static int Since(WorkingSet set, string client, long since, DateTimeOffset now)
    {
        if (
            ApprovedClient.Find(set, client) is not { UseCase: { } useCase, Approval: { } approval }
            || approval.Until <= DateOnly.FromDateTime(now.UtcDateTime)
            || !useCase.Grants.Any(static grant => grant.Patients?.Task == true)
        )
        {
            return 0;
        }

        var seen = Math.Max(since, AuthorNote.Seen(set.Find(RegistryKind.Approval, approval.Id)!.Item));
        return set.TasksOf(client).Count(task => IsLive(task, now) && set.Find(RegistryKind.TaskGrant, task.Id)!.Item.Revision > seen);
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
                .Where(client => Since(after, client, 0, now) > most);

    private static bool IsLive(TaskGrant task, DateTimeOffset now) => !task.Closed && task.Expires > now;
}
