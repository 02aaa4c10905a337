using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>Finds the tasks with a number of uses that a request uses: those it needs for a patient or a resource that it names.</summary>
internal static class TaskCounting
{
    /// <summary>Each once; none for nearly every request.</summary>
    internal static IReadOnlyList<TaskEntry> Find(DecisionRun run)
    {
        if (run.Task is { } named)
        {
            // Whatever is asked with its token is a use of it.
            return named.MaxUses is null ? [] : [named];
        }

        List<TaskEntry>? found = null;
        foreach (var task in run.Entry.Tasks)
        {
            if (task.MaxUses is null || task.ByToken || !task.IsLive(run.Ticks))
            {
                continue;
            }

            for (var place = 0; place < run.Request.Parts.Count; place++)
            {
                if (!run.IsSettled(place) && IsUsed(run, place, task))
                {
                    (found ??= []).Add(task);
                    break;
                }
            }
        }

        return found ?? (IReadOnlyList<TaskEntry>)[];
    }

    private static bool IsUsed(DecisionRun run, int place, in TaskEntry task)
    {
        var part = run.Request.Parts[place];
        if (!Names(part, task))
        {
            return false;
        }

        var byTask = false;
        foreach (var grant in run.Grants[place])
        {
            if (run.UseCase.Grants[grant].Reach == PatientReach.Task)
            {
                byTask = true;
            }
            else if (run.Reach.GrantCovers(grant, task.Patient, part.Type, part.Id))
            {
                // Covered without any task.
                return false;
            }
        }

        return byTask && !IsCoveredForNothing(run, part, task);
    }

    private static bool Names(AccessPart part, in TaskEntry task)
    {
        if (task.Id is not null && part.Type == task.Type && string.Equals(part.Id, task.Id, StringComparison.Ordinal))
        {
            return true;
        }

        var named =
            part.Patients.Contains(task.Patient)
            || (
                part.Type == ResourceType.Patient && part.Id is { } id && PatientId.TryParse(id, out var patient) && patient == task.Patient
            )
            || part.Body?.Owners.Contains(task.Patient) == true
            || part.Stored?.Owners.Contains(task.Patient) == true;

        // A task for one resource is used by searches of its type, whose answers may hold it.
        return named && (task.Id is null || (part.Type == task.Type && part.Id is null));
    }

    private static bool IsCoveredForNothing(DecisionRun run, AccessPart part, in TaskEntry counted)
    {
        foreach (var task in run.Entry.Tasks)
        {
            if (task is { MaxUses: null, ByToken: false } && task.Covers(counted.Patient, part.Type, part.Id ?? counted.Id, run.Ticks))
            {
                return true;
            }
        }

        return false;
    }
}
