using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Forward;

/// <summary>
/// Counts the uses of tasks that a permit depends on before anything goes upstream, and refuses what is used up or cannot be counted.
/// Called by Forward.
/// </summary>
internal sealed class TaskCounter(ITaskUses uses, ILogger<TaskCounter> log)
{
    /// <summary>Continues when every use was taken, or none is needed.</summary>
    public ValueTask<StageResult> TakeAsync(GatewayExchange exchange)
    {
        var needed = NeededBy(exchange.Permit, null);
        for (var i = 0; i < exchange.Entries.Count; i++)
        {
            needed = NeededBy(exchange.Entries[i].Permit, needed);
        }

        return needed is null ? new(StageResult.Continue) : TakeAsync(needed, exchange);
    }

    private async ValueTask<StageResult> TakeAsync(List<TaskUse> needed, GatewayExchange exchange)
    {
        try
        {
            return await uses.TryTakeAsync(needed, exchange.Http.RequestAborted) is { } task
                ? StageResult.Refuse(DenyReason.TaskUsedUp, $"task-grant/{task}")
                : StageResult.Continue;
        }
#pragma warning disable CA1031 // Whatever is wrong with the database, an uncounted use is not given.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            GatewayLog.TaskNotCounted(log, exchange.Id, fault.GetType().Name);
            return StageResult.Refuse(DenyReason.TaskNotCounted);
        }
    }

    private static List<TaskUse>? NeededBy(Permit permit, List<TaskUse>? known)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is CountTaskUses count)
            {
                known = [.. (known ?? []).Union(count.Uses)];
            }
        }

        return known;
    }
}
