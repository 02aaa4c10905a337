using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.EndToEnd.Storage;

public sealed class PostgresRegistryStoreTests(PostgresFixture postgres) : RegistryStoreContract
{
    protected override Task<StorageLocation> LocateAsync() => StorageLocation.PostgresAsync(postgres, StorageSchemas.Registry);
}
