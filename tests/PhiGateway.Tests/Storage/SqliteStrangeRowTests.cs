using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.Tests.Storage;

public sealed class SqliteStrangeRowTests : StrangeRowContract
{
    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());
}
