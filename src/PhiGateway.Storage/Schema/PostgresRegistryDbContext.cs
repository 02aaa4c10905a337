using Microsoft.EntityFrameworkCore;

namespace PhiGateway.Storage.Schema;

/// <summary>The schema on Postgres; owner of <c>Migrations/Postgres/Registry</c>.</summary>
internal sealed class PostgresRegistryDbContext(DbContextOptions<PostgresRegistryDbContext> options) : RegistryDbContext(options)
{
    protected override string? KeyCollation => "C";
}
