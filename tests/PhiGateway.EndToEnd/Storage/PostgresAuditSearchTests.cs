using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.EndToEnd.Storage;

public sealed class PostgresAuditSearchTests(PostgresFixture postgres) : AuditSearchContract
{
    // More than the search begins with from the side of what fits.
    [Fact]
    public Task Query_PatientOfVeryManyRecords_FindsWhatFits() => FindWhatFitsOfOnePatientAsync(24_000);

    protected override Task<StorageLocation> LocateAsync() => StorageLocation.PostgresAsync(postgres, StorageSchemas.Audit);
}
