using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.Tests.Storage;

public sealed class SqliteRegistryStoreTests : RegistryStoreContract
{
    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());
}
