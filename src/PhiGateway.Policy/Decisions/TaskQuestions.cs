using System.Diagnostics.CodeAnalysis;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Finds the task that a token names and says whether it is open and what is part of it, for <see cref="PolicyDecisionPoint"/>, for the
/// counting of its uses and for the token service. A task only takes away: what it covers the use case's grants must cover too.
/// </summary>
public static class TaskQuestions
{
    /// <summary>The task of a client for which it may be given a token now; null: it has no such task that is open.</summary>
    public static OpenTask? Find(ClientEntry client, string task, DateTimeOffset now) =>
        TryFind(client, task, now.UtcTicks, out var entry)
            ? new OpenTask(entry.Task, new DateTimeOffset(entry.Until, TimeSpan.Zero))
            {
                Interactions = entry.Interactions,
                Types = entry.Types,
            }
            : null;

    /// <summary>
    /// The uses that a request takes of the task that its token names, before anything is fetched for it; null: none is counted.
    /// </summary>
    public static TaskUse? UseOf(ClientEntry client, Caller caller, DateTimeOffset now, int count) =>
        caller.Task is { } task && TryFind(client, task, now.UtcTicks, out var entry) && entry.MaxUses is { } most
            ? new TaskUse(entry.Task, most, count)
            : null;

    internal static Deny? Open(DecisionRun run)
    {
        if (run.Caller.Task is not { } task)
        {
            return null;
        }

        // Unknown, another client's, ended, closed or of another tenant: for whoever asks it is all the same.
        if (
            !TryFind(run.Entry, task, run.Ticks, out var entry)
            || (entry.Tenant is { } tenant && !string.Equals(tenant, run.Request.Tenant, StringComparison.Ordinal))
        )
        {
            return new Deny(DenyReason.TaskNotOpen, RuleOf(task));
        }

        run.Task = entry;
        return null;
    }

    internal static Deny? Covered(DecisionRun run, AccessPart part) =>
        run.Task is not { } task || task.Permits(ActionOf(part), part.Type) ? null : new Deny(DenyReason.NotPartOfTask, RuleOf(task.Task));

    // What is brought along is read, what is walked over is searched: as grants have it.
    private static Interaction ActionOf(AccessPart part) =>
        part.Role switch
        {
            PartRole.Target => part.Interaction,
            PartRole.Include or PartRole.RevInclude => Interaction.Read,
            PartRole.Chain or PartRole.ReverseChain or PartRole.Condition => Interaction.SearchType,
            _ => Interaction.None,
        };

    private static string RuleOf(string task) => "task-grant/" + task;

    private static bool TryFind(ClientEntry client, string task, long ticks, [NotNullWhen(true)] out TaskEntry? found) =>
        client.TaskTable.TryFind(task, out found) && found.IsLive(ticks);
}
