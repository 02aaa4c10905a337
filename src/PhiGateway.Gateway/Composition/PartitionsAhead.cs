using PhiGateway.Gateway.Telemetry;
using PhiGateway.Storage;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Makes the audit store's partitions of the months to come while the node runs, for it may run for longer than they were made ahead at its
/// start.
/// </summary>
internal static class PartitionsAhead
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(6);

    /// <summary>Runs until it is told to stop; what fails is tried again, for the default partition takes what has none.</summary>
    public static async Task RunAsync(AuditStorage audit, TimeProvider clock, ILogger log, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(Every, clock, stopping);
            try
            {
                _ = await audit.EnsurePartitionsAsync(stopping);
            }
#pragma warning disable CA1031 // Nothing is lost without them; the next round tries again.
            catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
            {
                GatewayLog.PartitionsNotMade(log, fault.GetType().Name);
            }
        }
    }
}
