using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace PhiGateway.Storage.Schema;

/// <summary>Makes the context for migrators, and for <c>dotnet ef migrations add</c> without a database.</summary>
internal sealed class PostgresRegistryContextFactory : IDesignTimeDbContextFactory<PostgresRegistryDbContext>
{
    public PostgresRegistryDbContext CreateDbContext(string[] args) => Create("Host=localhost;Database=design");

    public static PostgresRegistryDbContext Create(string connectionString) =>
        new(
            new DbContextOptionsBuilder<PostgresRegistryDbContext>()
                .UseNpgsql(connectionString, o => o.MigrationsHistoryTable(RegistryDbContext.HistoryTable))
                .Options
        );
}
