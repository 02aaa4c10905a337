using Microsoft.EntityFrameworkCore;

namespace PhiGateway.Storage.Schema;

/// <summary>The audit store's schema on Postgres, for its migrations in <c>Migrations/Postgres/Audit</c>.</summary>
internal sealed class PostgresAuditDbContext(DbContextOptions<PostgresAuditDbContext> options) : AuditDbContext(options)
{
    protected override string? KeyCollation => "C";

    protected override bool TimeInKey => true;
}
