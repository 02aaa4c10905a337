using Microsoft.EntityFrameworkCore;

namespace PhiGateway.Storage.Schema;

/// <summary>
/// The registry's schema: the source of its migrations. The stores read and write with plain commands over the same tables.
/// </summary>
internal abstract class RegistryDbContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>Where the applied migrations are listed.</summary>
    public const string HistoryTable = "registry_migrations";

    /// <summary>Ids sort by byte in every database, or cursors would depend on its locale.</summary>
    protected abstract string? KeyCollation { get; }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<DocumentRow>(e =>
        {
            e.ToTable("documents").HasKey(r => new { r.Kind, r.Id });
            e.HasIndex(r => r.Revision);
            e.Property(r => r.Id).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<RosterMemberRow>(e =>
        {
            e.ToTable("roster_member").HasKey(r => new { r.Roster, r.Patient });
            e.HasIndex(r => r.Revision);
            e.Property(r => r.Roster).UseCollation(KeyCollation);
            e.Property(r => r.Patient).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<RevocationRow>(e =>
        {
            e.ToTable("revocation").HasKey(r => r.Id);
            e.HasIndex(r => r.Revision).IsUnique();
            e.HasIndex(r => r.Until).HasFilter("until IS NOT NULL");
            e.Property(r => r.Id).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<RevisionRow>(e =>
        {
            e.ToTable("registry_revision").HasKey(r => r.Id);
            e.Property(r => r.Id).ValueGeneratedNever();
            e.HasData(
                new RevisionRow
                {
                    Id = 1,
                    Revision = 0,
                    ChangedAt = DateTimeOffset.UnixEpoch,
                }
            );
        });
        modelBuilder.Entity<IdempotencyRow>(e =>
        {
            e.ToTable("idempotency").HasKey(r => r.Key);
            e.HasIndex(r => r.At);
            e.Property(r => r.Key).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<NodeStatusRow>(e =>
        {
            e.ToTable("node_status").HasKey(r => r.Node);
            e.Property(r => r.Node).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<TaskUseRow>(e =>
        {
            e.ToTable("task_use").HasKey(r => r.Task);
            e.Property(r => r.Task).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<QuotaUseRow>(e =>
        {
            e.ToTable("quota_use").HasKey(r => new { r.Client, r.Node });
            e.Property(r => r.Client).UseCollation(KeyCollation);
            e.Property(r => r.Node).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<QuotaPatientRow>(e =>
        {
            e.ToTable("quota_patient")
                .HasKey(r => new
                {
                    r.Client,
                    r.Hour,
                    r.Word,
                });
            e.HasIndex(r => r.At);
            e.HasIndex(r => r.Until);
            e.Property(r => r.Client).UseCollation(KeyCollation);
            e.Property(r => r.Word).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<SingleUseRow>(e =>
        {
            e.ToTable("single_use").HasKey(r => r.Use);
            e.HasIndex(r => r.Until);
            e.Property(r => r.Use).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<KeptPageRow>(e =>
        {
            e.ToTable("kept_page").HasKey(r => r.Id);
            e.HasIndex(r => r.Client);
            e.HasIndex(r => r.Until);
            e.Property(r => r.Id).UseCollation(KeyCollation);
            e.Property(r => r.Client).UseCollation(KeyCollation);
        });
        modelBuilder.Entity<RegistrationRow>(e =>
        {
            e.ToTable("registration_request").HasKey(r => r.Id);
            e.HasIndex(r => r.Until);
            e.Property(r => r.Id).UseCollation(KeyCollation);
            e.Property(r => r.State).HasDefaultValue((short)0);
        });
        SnakeCase.Apply(modelBuilder);
    }
}
