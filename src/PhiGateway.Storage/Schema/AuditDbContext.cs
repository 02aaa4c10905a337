using Microsoft.EntityFrameworkCore;

namespace PhiGateway.Storage.Schema;

/// <summary>The audit store's schema: the source of its migrations; on Postgres they partition what is declared here.</summary>
internal abstract class AuditDbContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>Where the applied migrations are listed.</summary>
    public const string HistoryTable = "audit_migrations";

    /// <summary>Log names sort by byte in every database, or cursors would depend on its locale.</summary>
    protected abstract string? KeyCollation { get; }

    /// <summary>A key of a partitioned table has to hold the partition's column; elsewhere (log, sequence) says it all.</summary>
    protected abstract bool TimeInKey { get; }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<AuditEventRow>(e =>
        {
            e.ToTable("audit_event");
            if (TimeInKey)
            {
                e.HasKey(r => new
                {
                    r.Log,
                    r.Sequence,
                    r.Time,
                });
            }
            else
            {
                e.HasKey(r => new { r.Log, r.Sequence });
            }

            // In the order of pages; every filter but patient and id goes by the shape, which stands here too so that a time is counted by this
            // index alone.
            e.HasIndex(r => new
            {
                r.Time,
                r.Log,
                r.Sequence,
                r.Shape,
            });
            e.HasIndex(r => new { r.Shape, r.Time });
            e.HasIndex(r => r.Id);
            e.HasIndex(r => r.ParentId).HasFilter("parent_id IS NOT NULL");
            // Deliveries of many, which are looked for by place; 5 is their kind.
            e.HasIndex(r => new { r.Log, r.Sequence }).HasFilter("kind = 5 AND parent_id IS NULL");
            e.Property(r => r.Log).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<AuditPatientRow>(e =>
        {
            e.ToTable("audit_patient")
                .HasKey(r => new
                {
                    r.PatientKey,
                    r.Time,
                    r.Log,
                    r.Sequence,
                });
            e.Property(r => r.PatientKey).UseCollation(KeyCollation);
            e.Property(r => r.Log).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<AuditShapeRow>(e => e.ToTable("audit_shape").HasKey(r => new { r.Month, r.Id }));
        modelBuilder.Entity<AuditKeyRow>(e =>
        {
            e.ToTable("audit_key").HasKey(r => r.Id);
            e.Property(r => r.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<AuditLogRow>(e =>
        {
            e.ToTable("audit_log").HasKey(r => r.Log);
            e.Property(r => r.Log).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<AuditHeadRow>(e =>
        {
            e.ToTable("audit_head")
                .HasKey(r => new
                {
                    r.Log,
                    r.Size,
                    r.Kind,
                    r.Digest,
                });
            e.HasIndex(r => r.Time);
            e.Property(r => r.Log).UseCollation(KeyCollation);
        });
        SnakeCase.Apply(modelBuilder);
    }
}
