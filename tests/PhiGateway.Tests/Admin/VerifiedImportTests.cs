using PhiGateway.Tests.Infrastructure;
using PhiGateway.Tests.Storage;

namespace PhiGateway.Tests.Admin;

public sealed class SqliteVerifiedImportTests : VerifiedImportContract
{
    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());
}

public sealed class PostgresVerifiedImportTests(PostgresFixture postgres) : VerifiedImportContract
{
    protected override Task<StorageLocation> LocateAsync() => StorageLocation.PostgresAsync(postgres);
}
