using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace PhiGateway.Storage.Schema;

/// <summary>Makes the context for migrators, and for <c>dotnet ef migrations add</c> without a database.</summary>
internal sealed class SqliteAuditContextFactory : IDesignTimeDbContextFactory<SqliteAuditDbContext>
{
    public SqliteAuditDbContext CreateDbContext(string[] args) => Create("Data Source=design.db");

    public static SqliteAuditDbContext Create(string connectionString) =>
        new(
            new DbContextOptionsBuilder<SqliteAuditDbContext>()
                .UseSqlite(connectionString, o => o.MigrationsHistoryTable(AuditDbContext.HistoryTable))
                .Options
        );
}
