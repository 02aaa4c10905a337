using Microsoft.EntityFrameworkCore;
using PhiGateway.Storage.Model;

namespace PhiGateway.Storage.Postgres;

/// <summary>The schema on Postgres; owner of <c>Migrations/Postgres/Registry</c>.</summary>
internal sealed class PostgresRegistryDbContext(DbContextOptions<PostgresRegistryDbContext> options) : RegistryDbContext(options)
{
    protected override string? KeyCollation => "C";
}
