using System.Collections.Concurrent;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Common.Infrastructure;

/// <summary>One Postgres for the whole run, started by the first test that asks; taken as a constructor parameter.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresCluster>> _cluster = new(() => PostgresCluster.StartNewAsync());
    private readonly ConcurrentDictionary<StorageSchemas, Lazy<Task<string>>> _models = new();

    public Task<PostgresCluster> GetAsync() => _cluster.Value;

    /// <summary>A new database; returns its connection string.</summary>
    /// <param name="schemas">
    /// What it has already. A database is migrated by the product once for each value, and copied for whoever asks after that: a copy takes a
    /// tenth of the time.
    /// </param>
    public async Task<string> CreateDatabaseAsync(StorageSchemas schemas)
    {
        var cluster = await GetAsync();
        var model = schemas == StorageSchemas.None ? null : await _models.GetOrAdd(schemas, Model).Value;
        return await cluster.CreateDatabaseAsync(model);

        Lazy<Task<string>> Model(StorageSchemas wanted) => new(() => MakeModelAsync(cluster, wanted));
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated && _cluster.Value.IsCompletedSuccessfully)
        {
            await _cluster.Value.Result.DisposeAsync();
        }
    }

    // Nobody may be connected to what is copied: no connection of it is kept.
    private static async Task<string> MakeModelAsync(PostgresCluster cluster, StorageSchemas schemas)
    {
        var options = new StorageOptions
        {
            Provider = StorageProvider.Postgres,
            ConnectionString = await cluster.CreateDatabaseAsync() + ";Pooling=false",
        };
        if (schemas.HasFlag(StorageSchemas.Registry))
        {
            await using var registry = RegistryStorage.Create(options);
            await registry.Migrator.MigrateAsync(CancellationToken.None);
        }

        if (schemas.HasFlag(StorageSchemas.Audit))
        {
            await using var audit = AuditStorage.Create(options);
            await audit.Migrator.MigrateAsync(CancellationToken.None);
        }

        return PostgresCluster.DatabaseOf(options.ConnectionString);
    }
}
