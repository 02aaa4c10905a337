using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.Tests.Admin;

public sealed class SqliteBadBodyTests : BadBodyContract
{
    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());
}
