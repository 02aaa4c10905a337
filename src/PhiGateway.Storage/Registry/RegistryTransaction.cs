using System.Data.Common;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>One write of the registry: its connection, its transaction and the revision that it alone may use until it ends.</summary>
/// <remarks>
/// The revision row is locked by the first statement, so that revisions become visible in their order; rolled back unless committed. Who
/// finds it locked waits some seconds, again and again: the database ends whoever keeps it without a word.
/// </remarks>
internal sealed class RegistryTransaction : IAsyncDisposable
{
    // Longer than the database leaves a silent holder its lock, and shorter than whoever asked waits.
    private const int MaxWaits = 8;

    private readonly Database _database;
    private readonly IDisposable? _turn;

    private RegistryTransaction(Database database, DbConnection connection, DbTransaction transaction, IDisposable? turn)
    {
        _database = database;
        Connection = connection;
        Transaction = transaction;
        _turn = turn;
    }

    public DbConnection Connection { get; }

    public DbTransaction Transaction { get; }

    public long Revision { get; private set; }

    /// <summary>The database's clock when the revision was taken.</summary>
    public DateTimeOffset At { get; private set; }

    /// <param name="database">Where.</param>
    /// <param name="turn">What lets this writer in; owned from here on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RegistryTransaction> BeginAsync(Database database, IDisposable? turn, CancellationToken cancellationToken)
    {
        DbConnection? connection = null;
        try
        {
            connection = await database.OpenAsync(cancellationToken);
            for (var wait = 1; ; wait++)
            {
                var transaction = await database.BeginWriteAsync(connection, cancellationToken);
                try
                {
                    var write = new RegistryTransaction(database, connection, transaction, turn);
                    await write.TakeRevisionAsync(cancellationToken);
                    return write;
                }
                catch (DbException fault) when (database.IsHeld(fault))
                {
                    await transaction.DisposeAsync();
                    if (wait == MaxWaits)
                    {
                        var holder =
                            await database.FindHolderAsync(connection, cancellationToken) ?? "a session that this login cannot see";
                        throw new RegistryHeldException("The registry is held by another writer: " + holder, fault);
                    }
                }
            }
        }
        catch
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            turn?.Dispose();
            throw;
        }
    }

    public DbCommand Command(string sql) => Connection.Command(sql, Transaction);

    /// <summary>
    /// The revision of the document that was written last, where that was after what was seen or on another line of history; null: what was
    /// seen is what is there. Documents that these writes are not judged by do not count.
    /// </summary>
    public async Task<long?> FindMovedAsync(
        long seen,
        string? seenTimeline,
        IReadOnlyList<RegistryWrite> writes,
        CancellationToken cancellationToken
    )
    {
        // Numbers of an enumeration, no text; of the documents only those that came since are looked at.
        var apart = string.Join(',', RegistryKinds.NotJudgedBy(writes).Select(static kind => (int)kind));
        await using var command = Command(
                $"SELECT COALESCE(MAX(revision), @seen), {_database.TimelineSql} FROM documents WHERE revision > @seen AND kind NOT IN ({apart})"
            )
            .With("seen", seen);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var newest = reader.GetInt64(0);
        return newest > seen || RegistryPlace.AreDifferent(reader.TextOrNull(1), seenTimeline) ? newest : null;
    }

    /// <summary>Takes a further revision for what needs one of its own.</summary>
    public async Task<long> NextRevisionAsync(CancellationToken cancellationToken)
    {
        await TakeRevisionAsync(cancellationToken);
        return Revision;
    }

    public Task CommitAsync(CancellationToken cancellationToken) => Transaction.CommitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Transaction.DisposeAsync();
        }
        finally
        {
            await Connection.DisposeAsync();
            _turn?.Dispose();
        }
    }

    private async Task TakeRevisionAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(
            $"UPDATE registry_revision SET revision = revision + 1, changed_at = {_database.NowSql} WHERE id = 1 RETURNING revision, changed_at"
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw new StorageException(
                StorageProblem.SchemaBehind,
                "The registry database holds no revision: it was not migrated, or its row was deleted."
            );
        }

        Revision = reader.GetInt64(0);
        At = _database.ReadTime(reader, 1);
    }
}
