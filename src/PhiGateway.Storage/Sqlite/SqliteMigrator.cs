using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Sqlite;

/// <summary>Migrates one SQLite file under a lock file, and reads back the settings that durability rests on.</summary>
internal sealed class SqliteMigrator(
    string name,
    SqliteDatabase database,
    Func<string, DbContext> contexts,
    SchemaHistory history,
    TimeProvider time
) : SchemaMigrator(name, contexts, history)
{
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(50);

    public override async Task MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(database.File)!);
            await using var guard = await LockAsync(cancellationToken);
            using var turn = await database.EnterWriteAsync(cancellationToken);
            await EnsureDurableAsync(cancellationToken);
            if (await IsCurrentAsync(cancellationToken))
            {
                return;
            }

            await using var context = CreateContext(database.ConnectionString);
            if ((await PendingAsync(context, cancellationToken)).Count > 0)
            {
                await DropAbandonedLockAsync(context, cancellationToken);
                await context.Database.MigrateAsync(cancellationToken);
            }
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw Explain(e);
        }
    }

    public override async Task VerifyAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(database.File))
        {
            throw new StorageException(
                StorageProblem.SchemaBehind,
                $"The {Name} database {database.File} does not exist yet: migrate first."
            );
        }

        try
        {
            await EnsureDurableAsync(cancellationToken);
            await using var context = CreateContext(database.ConnectionString);
            await ThrowIfBehindAsync(context, cancellationToken);
        }
        catch (SqliteException e)
        {
            throw Explain(e);
        }
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(database.File + ".migrate", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && File.Exists(database.File + ".migrate"))
            {
                await Task.Delay(LockPause, time, cancellationToken);
            }
        }
    }

    private async Task EnsureDurableAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var journal = connection.Command("PRAGMA journal_mode = WAL");
        var mode = (string?)await journal.ExecuteScalarAsync(cancellationToken);
        await using var synchronous = connection.Command("PRAGMA synchronous");
        var level = (long?)await synchronous.ExecuteScalarAsync(cancellationToken);
        if (mode != "wal" || level is null or < 2)
        {
            throw new StorageException(
                StorageProblem.NotDurable,
                $"The {Name} database {database.File} does not keep journal_mode=WAL and "
                    + $"synchronous=FULL (it says {mode}, {level}): put it on a local file system."
            );
        }
    }

    private async Task<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await History.IsCurrentAsync(connection, cancellationToken);
    }

    // A process that died while migrating leaves a row on which the next would wait for ever; the lock file proves that nobody is at work.
    private static async Task DropAbandonedLockAsync(DbContext context, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        await using var find = context
            .Database.GetDbConnection()
            .Command("SELECT count(*) FROM sqlite_master WHERE name = '__EFMigrationsLock'");
        if (await find.ExecuteScalarAsync(cancellationToken) is > 0L)
        {
            await context.Database.ExecuteSqlRawAsync("DELETE FROM \"__EFMigrationsLock\"", cancellationToken);
        }
    }

    private StorageException Explain(Exception fault)
    {
        var where = $"The {Name} database {database.File}";
        return (fault as SqliteException)?.SqliteErrorCode switch
        {
            11 or 26 => new StorageException(
                StorageProblem.Refused,
                $"{where} is not a readable SQLite database: restore it or name another file.",
                fault
            ),
            5 or 6 => new StorageException(StorageProblem.Unreachable, $"{where} is locked by another process. Try again.", fault),
            _ => new StorageException(
                StorageProblem.NotWritable,
                $"{where} cannot be written: check that its folder exists, belongs to this user and has room ({fault.Message.TrimEnd('.')}).",
                fault
            ),
        };
    }
}
