using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.Tests.Storage;

public sealed class SqliteAuditSearchTests : AuditSearchContract
{
    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());
}
