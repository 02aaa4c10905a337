using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace PhiGateway.Storage.Schema;

/// <summary>Makes the context for migrators, and for <c>dotnet ef migrations add</c> without a database.</summary>
internal sealed class PostgresAuditContextFactory : IDesignTimeDbContextFactory<PostgresAuditDbContext>
{
    public PostgresAuditDbContext CreateDbContext(string[] args) => Create("Host=localhost;Database=design");

    public static PostgresAuditDbContext Create(string connectionString) =>
        new(
            new DbContextOptionsBuilder<PostgresAuditDbContext>()
                .UseNpgsql(connectionString, o => o.MigrationsHistoryTable(AuditDbContext.HistoryTable))
                .Options
        );
}
