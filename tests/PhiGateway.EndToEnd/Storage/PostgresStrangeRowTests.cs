using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.EndToEnd.Storage;

public sealed class PostgresStrangeRowTests(PostgresFixture postgres) : StrangeRowContract
{
    protected override Task<StorageLocation> LocateAsync() =>
        StorageLocation.PostgresAsync(postgres, StorageSchemas.Registry | StorageSchemas.Audit);
}
