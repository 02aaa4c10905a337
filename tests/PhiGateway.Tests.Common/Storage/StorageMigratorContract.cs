using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <summary>What bringing a database up to date keeps to, whatever the database.</summary>
public abstract class StorageMigratorContract : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected StorageLocation Location { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Location = await LocateAsync();

    public async ValueTask DisposeAsync()
    {
        await Location.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<StorageLocation> LocateAsync();

    protected abstract DbContext RegistryContext();

    [Fact]
    public async Task Migrate_SeveralNodesAtOnce_EachFindsItReady()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 5)
                .Select(i =>
                    Task.Run(async () =>
                    {
                        await using var registry = RegistryStorage.Create(Location.Options);
                        await using var audit = AuditStorage.Create(Location.Options);
                        await registry.Migrator.MigrateAsync(None);
                        await audit.Migrator.MigrateAsync(None);
                        await registry.Migrator.VerifyAsync(None);
                        await audit.Migrator.VerifyAsync(None);
                        Assert.IsType<RegistryWriteResult.Written>(
                            await registry.Store.WriteAsync([new(RegistryKind.Client, $"c{i}", "{}", 0)], "tester", None)
                        );
                    })
                )
        );

        await using var storage = RegistryStorage.Create(Location.Options);
        Assert.Equal(5, await storage.Store.GetRevisionAsync(None));
    }

    [Fact]
    public async Task Verify_NothingMigrated_SaysBehind()
    {
        await using var storage = RegistryStorage.Create(Location.Options);
        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.Migrator.VerifyAsync(None));
        Assert.Equal(StorageProblem.SchemaBehind, refused.Problem);
        Assert.Contains("igrate", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_SchemaOfANewerVersion_RefusesAndChangesNothing()
    {
        await using var storage = RegistryStorage.Create(Location.Options);
        await storage.Migrator.MigrateAsync(None);
        await using var context = RegistryContext();
        await context.Database.ExecuteSqlRawAsync("INSERT INTO registry_migrations VALUES ('29990101000000_Future', '99.0.0')");

        foreach (var call in new Func<Task>[] { () => storage.Migrator.MigrateAsync(None), () => storage.Migrator.VerifyAsync(None) })
        {
            var refused = await Assert.ThrowsAsync<StorageException>(call);
            Assert.Equal(StorageProblem.SchemaAhead, refused.Problem);
            Assert.Contains("29990101000000_Future", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Migrate_QuotasWithPatientsInClear_KeepsNoneOfThemAndTheRecordsOfTheDay()
    {
        await using var context = RegistryContext();
        var before = context
            .Database.GetMigrations()
            .TakeWhile(static name => !name.EndsWith("_QuotaWords", StringComparison.Ordinal))
            .Last();
        await context.GetService<IMigrator>().MigrateAsync(before);
        await using var storage = RegistryStorage.Create(Location.Options);
        await context.Database.ExecuteSqlRawAsync(
            "INSERT INTO quota_use (client, node, hour, patients, day, records, at) "
                + "VALUES ('acme', 'a', 17800000, 'p1', 740000, 12, CURRENT_TIMESTAMP)"
        );

        await storage.Migrator.MigrateAsync(None);

        var use = Assert.Single((await storage.QuotaUses.ExchangeAsync([], DateTimeOffset.UnixEpoch, None)).Uses);
        Assert.Empty(use.Patients);
        Assert.Equal(12, use.Records);
    }

    [Fact]
    public async Task Migrate_Again_KeepsWhatIsThere()
    {
        await using var storage = RegistryStorage.Create(Location.Options);
        await storage.Migrator.MigrateAsync(None);
        await storage.Store.WriteAsync([new(RegistryKind.Client, "a", "{}", 0)], "tester", None);
        await storage.Migrator.MigrateAsync(None);
        Assert.NotNull(await storage.Store.FindAsync(RegistryKind.Client, "a", None));
    }
}
