using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.Tests.Storage;

public sealed class SqliteAuditStoreTests : AuditStoreContract
{
    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());
}
