using Microsoft.EntityFrameworkCore;

namespace PhiGateway.Storage.Schema;

/// <summary>The registry's schema on Postgres, for its migrations in <c>Migrations/Postgres/Registry</c>.</summary>
internal sealed class PostgresRegistryDbContext(DbContextOptions<PostgresRegistryDbContext> options) : RegistryDbContext(options)
{
    protected override string? KeyCollation => "C";
}
