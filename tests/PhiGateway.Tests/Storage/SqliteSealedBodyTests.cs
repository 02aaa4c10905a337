using System.Data.Common;
using Microsoft.Data.Sqlite;
using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.Tests.Storage;

public sealed class SqliteSealedBodyTests : SealedBodyContract
{
    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());

    protected override DbConnection Connect() => new SqliteConnection(Location.Options.ConnectionString + ";Pooling=False");
}
