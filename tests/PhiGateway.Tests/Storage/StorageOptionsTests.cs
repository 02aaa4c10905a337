using PhiGateway.Policy.Registry;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Storage;

public sealed class StorageOptionsTests
{
    [Theory]
    [InlineData(StorageProvider.Sqlite, "")]
    [InlineData(StorageProvider.Sqlite, "Mode=ReadWrite")]
    [InlineData(StorageProvider.Sqlite, "Data Source=:memory:")]
    [InlineData(StorageProvider.Sqlite, "Host=db;Password=secret")]
    [InlineData(StorageProvider.Postgres, "Data Source=/tmp/x;Password=secret")]
    [InlineData(StorageProvider.Postgres, "Database=phi;Password=secret")]
    [InlineData(StorageProvider.Postgres, "Host=db;Password=secret")]
    [InlineData(StorageProvider.Postgres, "Host=one,two;Database=phi;Password=secret")]
    [InlineData(StorageProvider.Postgres, "Host=one,two;Database=phi;Password=secret;Target Session Attributes=prefer-standby")]
    [InlineData((StorageProvider)7, "Host=db;Password=secret")]
    public void Validate_CannotBeUsed_SaysSoWithoutTheSecret(StorageProvider provider, string connectionString)
    {
        var options = new StorageOptions { Provider = provider, ConnectionString = connectionString };
        Assert.DoesNotContain("secret", string.Join(' ', options.Validate()), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
        Assert.Equal(StorageProblem.Misconfigured, Assert.Throws<StorageException>(() => RegistryStorage.Create(options)).Problem);
        Assert.Equal(StorageProblem.Misconfigured, Assert.Throws<StorageException>(() => AuditStorage.Create(options)).Problem);
    }

    [Theory]
    [InlineData(StorageProvider.Sqlite, "Data Source=store.db")]
    [InlineData(StorageProvider.Postgres, "Host=db;Database=phi")]
    [InlineData(StorageProvider.Postgres, "Host=one,two;Database=phi;Target Session Attributes=primary")]
    [InlineData(StorageProvider.Postgres, "Host=one:5432,two:5433;Database=phi;Target Session Attributes=read-write")]
    public void Validate_CanBeUsed_HasNoProblem(StorageProvider provider, string connectionString) =>
        Assert.Empty(new StorageOptions { Provider = provider, ConnectionString = connectionString }.Validate());

    [Fact]
    public async Task Create_BothInOneFile_ServesThePorts()
    {
        await using var location = StorageLocation.Sqlite();
        await using var registry = RegistryStorage.Create(location.Options);
        await using var audit = AuditStorage.Create(location.Options);

        IStorageMigrator[] migrators = [registry.Migrator, audit.Migrator];
        Assert.Equal(["registry", "audit"], migrators.Select(m => m.Name));
        foreach (var migrator in migrators)
        {
            await migrator.MigrateAsync(CancellationToken.None);
            await migrator.VerifyAsync(CancellationToken.None);
        }

        Assert.IsType<RegistryWriteResult.Written>(
            await registry.Store.WriteAsync([new(RegistryKind.Client, "a", "{}", 0)], "tester", CancellationToken.None)
        );
        Assert.Single((await registry.Source.LoadAllAsync(CancellationToken.None)).Items);
        Assert.Equal(-1, await audit.Store.GetWatermarkAsync("log", CancellationToken.None));
    }
}
