using PhiGateway.Gateway.Telemetry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Gateway.Composition;

/// <summary>Brings the databases to this binary's schema: at once when they answer, later when they are away.</summary>
internal static class StoragePreparation
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Migrates; only a database that is merely unreachable is left to a loop in the background.</summary>
    public static async Task PrepareAsync(
        IReadOnlyList<IStorageMigrator> migrators,
        TimeProvider clock,
        ILogger log,
        List<Task> loops,
        CancellationToken stopping,
        CancellationToken cancellationToken
    )
    {
        foreach (var migrator in migrators)
        {
            try
            {
                await migrator.MigrateAsync(cancellationToken);
            }
            catch (StorageException fault) when (fault.Problem == StorageProblem.Unreachable)
            {
                GatewayLog.StoreAway(log, migrator.Name);
                loops.Add(RetryAsync(migrator, clock, log, stopping));
            }
        }
    }

    private static async Task RetryAsync(IStorageMigrator migrator, TimeProvider clock, ILogger log, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Pause, clock, stopping);
                await migrator.MigrateAsync(stopping);
                GatewayLog.StoreBack(log, migrator.Name);
                return;
            }
            catch (StorageException fault) when (fault.Problem == StorageProblem.Unreachable)
            {
                // Still away.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
