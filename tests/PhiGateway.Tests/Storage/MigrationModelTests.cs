using Microsoft.EntityFrameworkCore;
using PhiGateway.Storage.Common;
using PhiGateway.Storage.Schema;
using Xunit;

namespace PhiGateway.Tests.Storage;

public sealed class MigrationModelTests
{
    [Fact]
    public void Model_EachContext_IsWhatItsMigrationsMake()
    {
        DbContext[] contexts =
        [
            PostgresRegistryContextFactory.Create("Host=x;Database=x"),
            PostgresAuditContextFactory.Create("Host=x;Database=x"),
            SqliteRegistryContextFactory.Create("Data Source=x"),
            SqliteAuditContextFactory.Create("Data Source=x"),
        ];
        foreach (var context in contexts)
        {
            using (context)
            {
                Assert.NotEmpty(context.Database.GetMigrations());
                Assert.Equal(context.Database.GetMigrations(), new SchemaHistory(context.GetType(), "any").Known);
                Assert.False(context.Database.HasPendingModelChanges(), context.GetType().Name);
            }
        }
    }
}
