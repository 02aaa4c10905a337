using Microsoft.EntityFrameworkCore;
using Npgsql;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Storage.Schema;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.EndToEnd.Storage;

public sealed class PostgresMigratorTests(PostgresFixture postgres) : StorageMigratorContract
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected override Task<StorageLocation> LocateAsync() => StorageLocation.PostgresAsync(postgres, StorageSchemas.None);

    protected override DbContext RegistryContext() => PostgresRegistryContextFactory.Create(Location.Options.ConnectionString);

    [Theory]
    [InlineData("Database", "nowhere", StorageProblem.Refused)]
    [InlineData("Username", "nobody", StorageProblem.Refused)]
    [InlineData("Port", "1", StorageProblem.Unreachable)]
    public async Task Migrate_DatabaseCannotBeReached_SaysWhyWithoutTheSecret(string setting, string value, StorageProblem problem)
    {
        var builder = new NpgsqlConnectionStringBuilder(Location.Options.ConnectionString)
        {
            Password = "hunter2-secret",
            [setting] = value,
        };
        await using var storage = RegistryStorage.Create(Location.Options with { ConnectionString = builder.ConnectionString });
        foreach (var call in new Func<Task>[] { () => storage.Migrator.MigrateAsync(None), () => storage.Migrator.VerifyAsync(None) })
        {
            var refused = await Assert.ThrowsAsync<StorageException>(call);
            Assert.Equal(problem, refused.Problem);
            Assert.Contains("127.0.0.1", refused.Message, StringComparison.Ordinal);
            Assert.Contains(value, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2-secret", refused.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Migrate_TableBusy_WaitsAndSucceeds()
    {
        await using var holder = new NpgsqlConnection(Location.Options.ConnectionString);
        await holder.OpenAsync();
        await using var storage = RegistryStorage.Create(Location.Options);
        await storage.Migrator.MigrateAsync(None);
        await using (var undo = RegistryContext())
        {
            await undo.Database.ExecuteSqlRawAsync(
                "DELETE FROM registry_migrations; DROP TABLE documents, roster_member, revocation, "
                    + "registry_revision, idempotency, node_status, task_use, quota_use, quota_patient, single_use, kept_page, registration_request; "
                    + "DROP FUNCTION registry_announce(), registry_drop_ended_revocations(), registry_drop_ended_quotas()"
            );
        }

        // As if a long report held a table that the migration needs: it must not fail at the first try.
        var held = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("LOCK TABLE registry_migrations IN ACCESS EXCLUSIVE MODE", holder, held))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var migrating = storage.Migrator.MigrateAsync(None);
        await PostgresActivity.AwaitLockWaitAsync(Location.Options.ConnectionString);
        await held.RollbackAsync();
        await migrating;
        await storage.Migrator.VerifyAsync(None);
    }
}
