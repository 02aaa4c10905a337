using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;
using PhiGateway.Storage.Postgres;
using PhiGateway.Storage.Registry;
using PhiGateway.Storage.Schema;
using PhiGateway.Storage.Sqlite;

namespace PhiGateway.Storage;

/// <summary>
/// Opens the registry in one database, for writing by the control plane and reading by a node, and migrates its schema; made by
/// <see cref="Create"/>, one per process.
/// </summary>
public sealed class RegistryStorage : IAsyncDisposable
{
    private readonly Database _database;
    private readonly SqlRegistrySource _source;

    private RegistryStorage(Database database, IRegistryStore store, SqlRegistrySource source, IStorageMigrator migrator)
    {
        _database = database;
        _source = source;
        Store = store;
        Migrator = migrator;
    }

    /// <summary>What the control plane reads and writes.</summary>
    public IRegistryStore Store { get; }

    /// <summary>What a node follows: the registry as a whole, and its changes.</summary>
    public IRegistrySource Source => _source;

    /// <summary>Counts the uses of a task over all nodes.</summary>
    public ITaskUses TaskUses => _source;

    /// <summary>Counts what clients with quotas took, over all nodes.</summary>
    public IQuotaUses QuotaUses => _source.QuotaUses;

    /// <summary>Remembers what was used once, over all nodes.</summary>
    public ISingleUses SingleUses => _source.SingleUses;

    /// <summary>Keeps, over all nodes, what a client's next page needs and its address has no room for.</summary>
    public IKeptPages KeptPages => _source.KeptPages;

    /// <summary>Keeps who asked to be registered as a client.</summary>
    public IRegistrationRequests RegistrationRequests => _source.RegistrationRequests;

    /// <summary>Makes and checks the schema; called by the command that migrates and at the start of a node.</summary>
    public IStorageMigrator Migrator { get; }

    /// <summary>Whether a change reaches this process by notification now; false while only the poll does. SQLite: always.</summary>
    public bool IsNotified => _source is not PostgresRegistrySource postgres || postgres.IsListening;

    /// <summary>Connects to nothing yet: the database may be away.</summary>
    /// <exception cref="StorageException">The options make no sense; every problem is listed.</exception>
    public static RegistryStorage Create(StorageOptions options, TimeProvider? time = null, RegistrySeal? seal = null)
    {
        options.ThrowIfInvalid();
        var clock = time ?? TimeProvider.System;
        if (options.Provider == StorageProvider.Postgres)
        {
            var postgres = new PostgresDatabase(options.ConnectionString, "phigw-registry") { Seal = seal };
            return new RegistryStorage(
                postgres,
                new PostgresRegistryStore(postgres),
                new PostgresRegistrySource(postgres, clock),
                new PostgresMigrator(
                    "registry",
                    postgres.ConnectionString,
                    PostgresRegistryContextFactory.Create,
                    new SchemaHistory(typeof(PostgresRegistryDbContext), RegistryDbContext.HistoryTable),
                    clock
                )
            );
        }

        var sqlite = new SqliteDatabase(options.ConnectionString) { Seal = seal };
        return new RegistryStorage(
            sqlite,
            new SqliteRegistryStore(sqlite),
            new SqliteRegistrySource(sqlite, clock),
            new SqliteMigrator(
                "registry",
                sqlite,
                SqliteRegistryContextFactory.Create,
                new SchemaHistory(typeof(SqliteRegistryDbContext), RegistryDbContext.HistoryTable),
                clock
            )
        );
    }

    /// <summary>Seals every document that has no seal, as it stands: whoever calls it has looked at them.</summary>
    /// <returns>How many were sealed.</returns>
    public Task<int> SealAllAsync(CancellationToken cancellationToken) => RegistrySealing.RunAsync(_database, cancellationToken);

    /// <summary>Stops listening and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }
}
