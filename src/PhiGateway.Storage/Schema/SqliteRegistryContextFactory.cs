using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace PhiGateway.Storage.Schema;

/// <summary>Makes the context for migrators, and for <c>dotnet ef migrations add</c> without a database.</summary>
internal sealed class SqliteRegistryContextFactory : IDesignTimeDbContextFactory<SqliteRegistryDbContext>
{
    public SqliteRegistryDbContext CreateDbContext(string[] args) => Create("Data Source=design.db");

    public static SqliteRegistryDbContext Create(string connectionString) =>
        new(
            new DbContextOptionsBuilder<SqliteRegistryDbContext>()
                .UseSqlite(connectionString, o => o.MigrationsHistoryTable(RegistryDbContext.HistoryTable))
                .Options
        );
}
