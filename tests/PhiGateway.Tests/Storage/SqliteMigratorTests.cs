using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Storage.Schema;
using PhiGateway.Storage.Sqlite;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Storage;

public sealed class SqliteMigratorTests : StorageMigratorContract
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());

    protected override DbContext RegistryContext() => SqliteRegistryContextFactory.Create(Location.Options.ConnectionString);

    [Fact]
    public async Task Migrate_FolderMissing_MakesIt()
    {
        var options = Location.Options with
        {
            ConnectionString = Location.Options.ConnectionString.Replace("store.db", "deep/er/store.db", StringComparison.Ordinal),
        };
        await using var storage = RegistryStorage.Create(options);
        await storage.Migrator.MigrateAsync(None);
        Assert.Equal(0, await storage.Store.GetRevisionAsync(None));
    }

    [Fact]
    public async Task Migrate_FolderCannotBeWritten_SaysSo()
    {
        // A file where the folder should be stops every user, root too.
        var file = new SqliteConnectionStringBuilder(Location.Options.ConnectionString).DataSource;
        await File.WriteAllTextAsync(file, "not a folder");
        await using var storage = RegistryStorage.Create(Location.Options with { ConnectionString = $"Data Source={file}/store.db" });

        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Migrator.MigrateAsync(None));
        Assert.Equal(StorageProblem.NotWritable, refused.Problem);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_FileIsReadOnly_SaysSo()
    {
        await using (var first = RegistryStorage.Create(Location.Options))
        {
            await first.Migrator.MigrateAsync(None);
        }

        await using var audit = AuditStorage.Create(
            Location.Options with
            {
                ConnectionString = Location.Options.ConnectionString + ";Mode=ReadOnly",
            }
        );
        Assert.Equal(
            StorageProblem.NotWritable,
            (await Assert.ThrowsAsync<StorageException>(() => audit.Migrator.MigrateAsync(None))).Problem
        );
    }

    [Fact]
    public async Task Migrate_FileIsNoDatabase_SaysSoAndLeavesItAlone()
    {
        var file = new SqliteConnectionStringBuilder(Location.Options.ConnectionString).DataSource;
        var text = new string('x', 4096);
        await File.WriteAllTextAsync(file, text);
        await using var storage = RegistryStorage.Create(Location.Options);

        Assert.Equal(
            StorageProblem.Refused,
            (await Assert.ThrowsAsync<StorageException>(() => storage.Migrator.MigrateAsync(None))).Problem
        );
        Assert.Equal(text, await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task Migrate_AfterADeathWhileMigrating_GoesOn()
    {
        await using (var context = RegistryContext())
        {
            await context.Database.ExecuteSqlRawAsync(
                "CREATE TABLE \"__EFMigrationsLock\" (\"Id\" INTEGER NOT NULL PRIMARY KEY, \"Timestamp\" TEXT NOT NULL)"
            );
            await context.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsLock\" VALUES (1, '2026-01-01')");
        }

        await using var storage = RegistryStorage.Create(Location.Options);
        await storage.Migrator.MigrateAsync(None);
        await storage.Migrator.VerifyAsync(None);
    }

    [Fact]
    public async Task Migrate_SchemaIsCurrent_NeedsNoModel()
    {
        await using var storage = RegistryStorage.Create(Location.Options);
        await storage.Migrator.MigrateAsync(None);
        await using var database = new SqliteDatabase(Location.Options.ConnectionString);
        var models = 0;
        var migrator = new SqliteMigrator("registry", database, Make, History(), TimeProvider.System);

        await migrator.MigrateAsync(None);
        Assert.Equal(0, models);

        // What is missing, and what is not known, is looked at as before.
        await ExecuteAsync(database, "DELETE FROM registry_migrations WHERE \"MigrationId\" LIKE '%KeptPages'");
        await Assert.ThrowsAnyAsync<Exception>(() => migrator.MigrateAsync(None));
        Assert.Equal(1, models);
        await ExecuteAsync(database, "INSERT INTO registry_migrations VALUES ('99990101000000_Later', '99')");
        Assert.Equal(StorageProblem.SchemaAhead, (await Assert.ThrowsAsync<StorageException>(() => migrator.MigrateAsync(None))).Problem);

        DbContext Make(string connectionString)
        {
            models++;
            return SqliteRegistryContextFactory.Create(connectionString);
        }
    }

    [Theory]
    [InlineData("DROP TABLE registry_migrations")]
    [InlineData("DELETE FROM registry_migrations")]
    [InlineData("INSERT INTO registry_migrations SELECT \"MigrationId\" || 'x', '1' FROM registry_migrations LIMIT 1")]
    [InlineData("UPDATE registry_migrations SET \"MigrationId\" = upper(\"MigrationId\")")]
    public async Task IsCurrent_HistoryIsNotThisBinarys_IsFalse(string change)
    {
        await using var storage = RegistryStorage.Create(Location.Options);
        await storage.Migrator.MigrateAsync(None);
        await using var database = new SqliteDatabase(Location.Options.ConnectionString);
        await using var connection = await database.OpenAsync(None);
        Assert.True(await History().IsCurrentAsync(connection, None));

        await ExecuteAsync(database, change);

        Assert.False(await History().IsCurrentAsync(connection, None));
    }

    [Fact]
    public async Task Open_EveryConnection_FlushesEachCommit()
    {
        await using var storage = RegistryStorage.Create(Location.Options);
        await storage.Migrator.MigrateAsync(None);
        await using var database = new SqliteDatabase(Location.Options.ConnectionString);
        await using var connection = (SqliteConnection)await database.OpenAsync(None);
        Assert.Equal(("wal", "2"), (await TextAsync(connection, "PRAGMA journal_mode"), await TextAsync(connection, "PRAGMA synchronous")));
    }

    [Fact]
    public async Task Wait_WrittenByAnotherProcess_WakesTheNode()
    {
        await using var storage = RegistryStorage.Create(Location.Options);
        await storage.Migrator.MigrateAsync(None);
        await storage.Source.LoadAllAsync(None);
        var waiting = storage.Source.WaitForChangeAsync(TimeSpan.FromHours(1), None);

        // Past every signal of this process, as the command line would write.
        await using (var context = RegistryContext())
        {
            await context.Database.ExecuteSqlRawAsync("UPDATE registry_revision SET revision = revision + 1");
        }

        await waiting;
        Assert.Equal(1, (await storage.Source.LoadSinceAsync(0, None)).Revision);
    }

    [Fact]
    public async Task Wait_FileGone_OnlyWaits()
    {
        await using var storage = RegistryStorage.Create(
            Location.Options with
            {
                ConnectionString = Location.Options.ConnectionString + ";Mode=ReadWrite",
            }
        );
        await storage.Source.WaitForChangeAsync(TimeSpan.FromMilliseconds(1), None);
        await Assert.ThrowsAsync<SqliteException>(() => storage.Source.LoadAllAsync(None));
        await Assert.ThrowsAsync<SqliteException>(() => storage.Store.FindAsync(RegistryKind.Client, "a", None));
    }

    private static SchemaHistory History() => new(typeof(SqliteRegistryDbContext), RegistryDbContext.HistoryTable);

    private static async Task ExecuteAsync(SqliteDatabase database, string sql)
    {
        await using var connection = await database.OpenAsync(None);
        await using var command = connection.Command(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string?> TextAsync(SqliteConnection connection, string sql)
    {
        await using var command = new SqliteCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
