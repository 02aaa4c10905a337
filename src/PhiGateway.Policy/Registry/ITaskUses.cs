namespace PhiGateway.Policy.Registry;

/// <summary>
/// Counts the uses of task grants over all nodes and refuses those beyond their number; called by the data plane, implemented per database.
/// </summary>
public interface ITaskUses
{
    /// <summary>
    /// Takes the uses of each task, or of none. Throws when the database is away: nothing was taken then, or it was and is lost.
    /// </summary>
    /// <returns>The first task that has none left; null when all were taken.</returns>
    Task<string?> TryTakeAsync(IReadOnlyList<TaskUse> uses, CancellationToken cancellationToken);
}

/// <summary>Uses of a task grant to be counted, with the number of uses it has in all.</summary>
/// <param name="Task">Id of the task grant.</param>
/// <param name="Most">How many uses it has in all.</param>
/// <param name="Count">How many are taken: as many as entries of a bundle need it.</param>
public sealed record TaskUse(string Task, int Most, int Count = 1);
