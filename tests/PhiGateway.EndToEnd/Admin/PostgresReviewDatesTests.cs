using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.EndToEnd.Admin;

public sealed class PostgresReviewDatesTests(PostgresFixture postgres) : ReviewDatesContract
{
    protected override Task<StorageLocation> LocateAsync() => StorageLocation.PostgresAsync(postgres, StorageSchemas.Registry);
}
