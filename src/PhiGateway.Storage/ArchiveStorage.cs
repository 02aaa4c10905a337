using Microsoft.Data.Sqlite;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage;

/// <summary>
/// Makes an embedded audit store of records that an archive held, in one file that is then only read: what answers the trail's questions when
/// the store that they were in is gone.
/// </summary>
public static class ArchiveStorage
{
    /// <summary>Options with which the file is opened afterwards: nobody writes to it.</summary>
    public static StorageOptions OptionsOf(string file) =>
        new()
        {
            Provider = StorageProvider.Sqlite,
            ConnectionString = new SqliteConnectionStringBuilder
            {
                DataSource = Path.GetFullPath(file),
                Mode = SqliteOpenMode.ReadOnly,
            }.ConnectionString,
        };

    /// <summary>Fills a new file; it is there whole or not at all.</summary>
    /// <param name="file">Where; nothing may be there yet.</param>
    /// <param name="batches">The records, verified, in any order.</param>
    /// <param name="bodies">Keys under which bodies are sealed; null: they are stored as they are.</param>
    /// <param name="cancellationToken">Ends it, with nothing left.</param>
    /// <exception cref="IOException">There is such a file.</exception>
    public static async Task FillAsync(
        string file,
        IEnumerable<IReadOnlyList<AuditEntry>> batches,
        BodyKeyRing? bodies,
        CancellationToken cancellationToken
    )
    {
        if (File.Exists(file))
        {
            throw new IOException($"{file} is there already.");
        }

        var unfinished = file + ".unfinished";
        try
        {
            Drop(unfinished);
            MakeForOwner(unfinished);
            var options = new StorageOptions
            {
                Provider = StorageProvider.Sqlite,
                ConnectionString = new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(unfinished) }.ConnectionString,
            };
            await using (var storage = AuditStorage.Create(options, bodies: bodies))
            {
                await storage.Migrator.MigrateAsync(cancellationToken);
                foreach (var batch in batches)
                {
                    await storage.Store.AppendAsync(batch, cancellationToken);
                }
            }

            await CloseAsync(options.ConnectionString, cancellationToken);
            File.Move(unfinished, file, overwrite: false);
        }
        finally
        {
            Drop(unfinished);
        }
    }

    // One file, which can be read where nothing may be written beside it.
    private static async Task CloseAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(connectionString + ";Pooling=False");
        await connection.OpenAsync(cancellationToken);
        await using var mode = connection.CreateCommand();
        mode.CommandText = "PRAGMA journal_mode = DELETE";
        await mode.ExecuteScalarAsync(cancellationToken);
    }

    // Patients' data may be in it, unsealed: the owner alone reads it. The files that the database makes beside it have its rights.
    private static void MakeForOwner(string unfinished)
    {
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(unfinished, how).Dispose();
    }

    private static void Drop(string unfinished)
    {
        foreach (var part in (string[])["", "-wal", "-shm", ".migrate"])
        {
            File.Delete(unfinished + part);
        }
    }
}
