using System.Collections.Concurrent;
using PhiGateway.Gateway.Health;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Gateway.Composition;

/// <summary>Brings the databases to this binary's schema: at once when they answer, later when they are away.</summary>
/// <remarks>
/// A node that was started while a database was away serves meanwhile; whatever the database says when it is back (a password that is not
/// right yet, a right that is missing, a restore that is not done) is told by readiness and asked again.
/// </remarks>
internal sealed class StoragePreparation(TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, string> _problems = new(StringComparer.Ordinal);

    /// <summary>The databases that are not ready yet, and why, in words for operators.</summary>
    public IReadOnlyList<StartProblem> Problems =>
        [
            .. _problems
                .OrderBy(static one => one.Key, StringComparer.Ordinal)
                .Select(static one => new StartProblem($"{one.Key} schema", one.Value)),
        ];

    /// <summary>Migrates; only a database that is merely unreachable is left to a loop in the background.</summary>
    public async Task PrepareAsync(IReadOnlyList<IStorageMigrator> migrators, WatchedLoops loops, CancellationToken cancellationToken)
    {
        foreach (var migrator in migrators)
        {
            try
            {
                await migrator.MigrateAsync(cancellationToken);
            }
            catch (StorageException fault) when (fault.Problem == StorageProblem.Unreachable)
            {
                _problems[migrator.Name] = fault.Message;
                GatewayLog.StoreAway(log, migrator.Name);
                loops.Start($"{migrator.Name} migration", stopping => RetryAsync(migrator, stopping));
            }
        }
    }

    // What is no word of the database's ends the loop, which is then started again.
    private async Task RetryAsync(IStorageMigrator migrator, CancellationToken stopping)
    {
        while (true)
        {
            await Task.Delay(Pause, clock, stopping);
            try
            {
                await migrator.MigrateAsync(stopping);
                _problems.TryRemove(migrator.Name, out _);
                GatewayLog.StoreBack(log, migrator.Name);
                return;
            }
            catch (StorageException fault)
            {
                if (_problems.TryGetValue(migrator.Name, out var known) && known != fault.Message)
                {
                    GatewayLog.StoreNotReady(log, migrator.Name, fault.Problem.ToString());
                }

                _problems[migrator.Name] = fault.Message;
            }
        }
    }
}
