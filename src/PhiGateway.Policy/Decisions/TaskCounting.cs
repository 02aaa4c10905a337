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

        var tasks = run.Entry.TaskTable;
        if (!tasks.HasCounted)
        {
            return [];
        }

        SortedSet<int>? used = null;
        for (var place = 0; place < run.Request.Parts.Count; place++)
        {
            if (!run.IsSettled(place))
            {
                AddUsed(run, place, ref used);
            }
        }

        return used is null ? [] : [.. used.Select(place => tasks[place])];
    }

    private static void AddUsed(DecisionRun run, int place, ref SortedSet<int>? used)
    {
        var part = run.Request.Parts[place];
        if (part.Id is { } id)
        {
            AddUsed(run, place, run.Entry.TaskTable.Of(part.Type, id), byPatient: false, ref used);
            if (part.Type == ResourceType.Patient && PatientId.TryParse(id, out var patient))
            {
                AddUsed(run, place, run.Entry.TaskTable.Of(patient), byPatient: true, ref used);
            }
        }

        AddUsed(run, place, part.Patients, ref used);
        AddUsed(run, place, part.Body?.Owners ?? [], ref used);
        AddUsed(run, place, part.Stored?.Owners ?? [], ref used);
    }

    private static void AddUsed(DecisionRun run, int place, IReadOnlyList<PatientId> patients, ref SortedSet<int>? used)
    {
        for (var i = 0; i < patients.Count; i++)
        {
            AddUsed(run, place, run.Entry.TaskTable.Of(patients[i]), byPatient: true, ref used);
        }
    }

    private static void AddUsed(DecisionRun run, int place, ReadOnlySpan<int> tasks, bool byPatient, ref SortedSet<int>? used)
    {
        var part = run.Request.Parts[place];
        foreach (var candidate in tasks)
        {
            var task = run.Entry.TaskTable[candidate];

            // A task for one resource is used by searches of its type, whose answers may hold it.
            var isNamed = !byPatient || task.Id is null || (part.Type == task.Type && part.Id is null);
            if (
                isNamed
                && task is { MaxUses: not null, ByToken: false }
                && task.IsLive(run.Ticks)
                && used?.Contains(candidate) != true
                && IsUsed(run, place, task)
            )
            {
                (used ??= []).Add(candidate);
            }
        }
    }

    // By a part that names its patient, or its resource.
    private static bool IsUsed(DecisionRun run, int place, TaskEntry task)
    {
        var part = run.Request.Parts[place];
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

    private static bool IsCoveredForNothing(DecisionRun run, AccessPart part, TaskEntry counted)
    {
        foreach (var place in run.Entry.TaskTable.Of(counted.Patient))
        {
            var task = run.Entry.TaskTable[place];
            if (task is { MaxUses: null, ByToken: false } && task.Covers(counted.Patient, part.Type, part.Id ?? counted.Id, run.Ticks))
            {
                return true;
            }
        }

        return false;
    }
}
