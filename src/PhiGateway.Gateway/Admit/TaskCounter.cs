using System.Globalization;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Admit;

/// <summary>
/// Counts the uses of tasks before anything goes upstream, and refuses what is used up or cannot be counted: of the task that a token names
/// when its request is admitted, before anything is fetched for it; of other tasks when it is known who of them is needed. Called by Admit
/// and Forward.
/// </summary>
internal sealed class TaskCounter(ITaskUses uses, ILogger<TaskCounter> log)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Takes the uses of the task that the token names; continues where it names none, or one that nobody counts.</summary>
    /// <param name="exchange">The request, which was decided.</param>
    /// <param name="count">How many: as many as things are asked for.</param>
    public ValueTask<StageResult> TakeNamedAsync(GatewayExchange exchange, int count)
    {
        ref readonly var identified = ref exchange.Identified;
        return TaskQuestions.UseOf(identified.Client, identified.Caller, exchange.Now, count) is { } use
            ? TakeAsync([use], exchange)
            : new(StageResult.Continue);
    }

    /// <summary>Takes calls out of what the charter of each agent behind a request lets it make in a day, over all nodes.</summary>
    /// <param name="exchange">The request, which was decided.</param>
    /// <param name="agents">The agents; of those whose calls nobody counts none is taken.</param>
    /// <param name="count">How many: as many as things are asked for.</param>
    public ValueTask<StageResult> TakeCallsAsync(GatewayExchange exchange, IReadOnlyList<ClientEntry> agents, int count)
    {
        // No task has an id of this form.
        var day = exchange.Now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var needed = new List<TaskUse>();
        for (var i = 0; i < agents.Count; i++)
        {
            if (agents[i].Client is { Charter.CallsPerDay: { } most } agent)
            {
                needed.Add(new TaskUse($"calls/{agent.Id}/{day}", most, count));
            }
        }

        return needed.Count == 0 ? new(StageResult.Continue) : TakeAsync(needed, exchange, DenyReason.AgentCallsSpent);
    }

    /// <summary>Continues when every further use that a permit depends on was taken, or none is needed.</summary>
    public ValueTask<StageResult> TakeAsync(GatewayExchange exchange)
    {
        var needed = NeededBy(exchange, exchange.Permit, null);
        for (var i = 0; i < exchange.Entries.Count; i++)
        {
            needed = NeededBy(exchange, exchange.Entries[i].Permit, needed);
        }

        return needed is null ? new(StageResult.Continue) : TakeAsync([.. needed.Values], exchange);
    }

    private ValueTask<StageResult> TakeAsync(IReadOnlyList<TaskUse> needed, GatewayExchange exchange) =>
        TakeAsync(needed, exchange, DenyReason.TaskUsedUp);

    private async ValueTask<StageResult> TakeAsync(IReadOnlyList<TaskUse> needed, GatewayExchange exchange, DenyReason spent)
    {
        try
        {
            if (await uses.TryTakeAsync(needed, exchange.Http.RequestAborted) is not { } task)
            {
                return StageResult.Continue;
            }

            if (spent != DenyReason.AgentCallsSpent)
            {
                return StageResult.Refuse(spent, $"task-grant/{task}");
            }

            // What is left is nobody's to know here: the counter says no more than that it is not enough.
            var most = needed.First(use => use.Task == task).Most;
            RateLimitFields.WriteUsedUp(exchange.Http.Response, "calls-per-day", most, Day, 0, exchange.Now);
            return StageResult.Refuse(spent, "charter/callsPerDay");
        }
#pragma warning disable CA1031 // Whatever is wrong with the database, an uncounted use is not given.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            GatewayLog.TaskNotCounted(log, exchange.Id, fault.GetType().Name);
            return StageResult.Refuse(DenyReason.TaskNotCounted);
        }
    }

    // Each entry of a transaction that needs a task is a use of it.
    private static Dictionary<string, TaskUse>? NeededBy(GatewayExchange exchange, Permit permit, Dictionary<string, TaskUse>? known)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is not CountTaskUses count)
            {
                continue;
            }

            foreach (var use in count.Uses)
            {
                if (use.Task != exchange.Identified.Caller.Task)
                {
                    known ??= new(StringComparer.Ordinal);
                    known[use.Task] = known.TryGetValue(use.Task, out var before) ? use with { Count = before.Count + use.Count } : use;
                }
            }
        }

        return known;
    }
}
