using System.Data.Common;
using Npgsql;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.EndToEnd.Storage;

public sealed class PostgresSealedBodyTests(PostgresFixture postgres) : SealedBodyContract
{
    protected override Task<StorageLocation> LocateAsync() => StorageLocation.PostgresAsync(postgres, StorageSchemas.Audit);

    protected override DbConnection Connect() => new NpgsqlConnection(Location.Options.ConnectionString);
}
