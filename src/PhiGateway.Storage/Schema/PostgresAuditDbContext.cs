using Microsoft.EntityFrameworkCore;

namespace PhiGateway.Storage.Schema;

/// <summary>The schema on Postgres; owner of <c>Migrations/Postgres/Audit</c>.</summary>
internal sealed class PostgresAuditDbContext(DbContextOptions<PostgresAuditDbContext> options) : AuditDbContext(options)
{
    protected override string? KeyCollation => "C";

    protected override bool TimeInKey => true;
}
