using System.Data.Common;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>One write of the registry: its connection, its transaction and the revision that it alone may use until it ends.</summary>
/// <remarks>
/// The revision row is locked by the first statement, so that revisions become visible in their order; rolled back unless committed.
/// </remarks>
internal sealed class RegistryTransaction : IAsyncDisposable
{
    private readonly IDisposable? _turn;

    private RegistryTransaction(DbConnection connection, DbTransaction transaction, IDisposable? turn)
    {
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
            var transaction = await database.BeginWriteAsync(connection, cancellationToken);
            var write = new RegistryTransaction(connection, transaction, turn);
            await write.TakeRevisionAsync(database, cancellationToken);
            return write;
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

    /// <summary>The revision of the document that was written last.</summary>
    public async Task<long> NewestDocumentAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT COALESCE(MAX(revision), 0) FROM documents");
        return (long)(await command.ExecuteScalarAsync(cancellationToken) ?? 0L);
    }

    /// <summary>Takes a further revision for what needs one of its own.</summary>
    public async Task<long> NextRevisionAsync(Database database, CancellationToken cancellationToken)
    {
        await TakeRevisionAsync(database, cancellationToken);
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

    private async Task TakeRevisionAsync(Database database, CancellationToken cancellationToken)
    {
        await using var command = Command(
            $"UPDATE registry_revision SET revision = revision + 1, changed_at = {database.NowSql} WHERE id = 1 RETURNING revision, changed_at"
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
        At = database.ReadTime(reader, 1);
    }
}
