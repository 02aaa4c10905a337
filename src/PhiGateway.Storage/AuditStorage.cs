using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Heads;
using PhiGateway.Storage.Audit;
using PhiGateway.Storage.Common;
using PhiGateway.Storage.Postgres;
using PhiGateway.Storage.Schema;
using PhiGateway.Storage.Sqlite;

namespace PhiGateway.Storage;

/// <summary>
/// Opens the audit store in one database and migrates its schema; made by <see cref="Create"/>, one per process. May share the registry's
/// database.
/// </summary>
public sealed class AuditStorage : IAsyncDisposable
{
    private readonly Database _database;
    private readonly SqlAuditStore _store;

    private AuditStorage(Database database, SqlAuditStore store, SqlAuditKeeping keeping, IStorageMigrator migrator)
    {
        _database = database;
        _store = store;
        Heads = new SqlHeadStore(database, store.EnterAsync);
        Reports = new SqlAuditReports(database);
        Keeping = keeping;
        Migrator = migrator;
    }

    /// <summary>What shippers write and auditors search.</summary>
    public IAuditStore Store => _store;

    /// <summary>What auditors ask about many records at once.</summary>
    public IAuditReports Reports { get; }

    /// <summary>What is kept of each month, and its deletion.</summary>
    public IAuditKeeping Keeping { get; }

    /// <summary>What transparency logs have signed, out of their nodes' reach.</summary>
    public IHeadStore Heads { get; }

    /// <summary>Makes and checks the schema; called by the command that migrates and at the start of a node.</summary>
    public IStorageMigrator Migrator { get; }

    /// <summary>Connects to nothing yet: the database may be away.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="time">Null: the system's.</param>
    /// <param name="bodies">Keys under which bodies are sealed; null: they are stored as they are, and sealed ones cannot be read.</param>
    /// <exception cref="StorageException">The options make no sense; every problem is listed.</exception>
    public static AuditStorage Create(StorageOptions options, TimeProvider? time = null, BodyKeyRing? bodies = null)
    {
        options.ThrowIfInvalid();
        var clock = time ?? TimeProvider.System;
        if (options.Provider == StorageProvider.Postgres)
        {
            var postgres = new PostgresDatabase(options.ConnectionString, "phigw-audit")
            {
                Bodies = bodies,
                WriteLimits = PostgresWriteLimits.Audit,
            };
            return new AuditStorage(
                postgres,
                new PostgresAuditStore(postgres),
                new PostgresAuditKeeping(postgres, clock),
                new PostgresMigrator(
                    "audit",
                    postgres.ConnectionString,
                    PostgresAuditContextFactory.Create,
                    new SchemaHistory(typeof(PostgresAuditDbContext), AuditDbContext.HistoryTable),
                    clock,
                    PostgresAuditStore.EnsurePartitionsSql
                )
            );
        }

        var sqlite = new SqliteDatabase(options.ConnectionString) { Bodies = bodies };
        return new AuditStorage(
            sqlite,
            new SqliteAuditStore(sqlite),
            new SqliteAuditKeeping(sqlite, clock),
            new SqliteMigrator(
                "audit",
                sqlite,
                SqliteAuditContextFactory.Create,
                new SchemaHistory(typeof(SqliteAuditDbContext), AuditDbContext.HistoryTable),
                clock
            )
        );
    }

    /// <summary>
    /// Makes room for the months to come; to be called once a day, works with a writer's role. Without it nothing is lost: the default
    /// partition takes what has none.
    /// </summary>
    /// <returns>How many partitions were made; always 0 on SQLite.</returns>
    public Task<int> EnsurePartitionsAsync(CancellationToken cancellationToken) => _store.EnsurePartitionsAsync(cancellationToken);

    /// <summary>
    /// Says whether what is sealed here can be read with the keys that are configured; called at the start of a node and by commands. Needs a
    /// login that reads the trail.
    /// </summary>
    /// <returns>Which keys are missing or are other ones, in words; empty: none that was looked at.</returns>
    public Task<IReadOnlyList<string>> CheckBodyKeysAsync(CancellationToken cancellationToken) =>
        SqlBodyKeys.CheckAsync(_database, cancellationToken);

    /// <summary>
    /// Seals every body that was stored as it is, and wraps every data key under the current body key; run by the tables' owner, may be broken
    /// off and begun again while nodes run.
    /// </summary>
    /// <returns>How many bodies, how many data keys, and which data keys no key here opens, in words.</returns>
    /// <exception cref="InvalidOperationException">No current body key is configured.</exception>
    public async Task<(long Bodies, int Keys, IReadOnlyList<string> Unopened)> SealStoredAsync(CancellationToken cancellationToken)
    {
        int keys;
        IReadOnlyList<string> unopened;
        using (await _store.EnterAsync(cancellationToken))
        {
            (keys, unopened) = await SqlBodyKeys.WrapAnewAsync(_database, cancellationToken);
        }

        return (await SqlBodyKeys.SealStoredAsync(_database, _store.EnterAsync, cancellationToken), keys, unopened);
    }

    /// <summary>Closes the connections; nobody may use the store any more.</summary>
    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
