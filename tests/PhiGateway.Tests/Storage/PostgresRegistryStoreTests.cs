using PhiGateway.Tests.Infrastructure;

namespace PhiGateway.Tests.Storage;

public sealed class PostgresRegistryStoreTests(PostgresFixture postgres) : RegistryStoreContract
{
    protected override Task<StorageLocation> LocateAsync() => StorageLocation.PostgresAsync(postgres);
}
