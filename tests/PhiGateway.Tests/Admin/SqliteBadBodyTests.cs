using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Admin;

[Trait("Size", "Large")]
public sealed class SqliteBadBodyTests : BadBodyContract
{
    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());
}
