using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <summary>What becomes of records that an older version stored, whatever the database.</summary>
public abstract class AuditUpgradeContract : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected StorageLocation Location { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Location = await LocateAsync();

    public async ValueTask DisposeAsync()
    {
        await Location.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<StorageLocation> LocateAsync();

    protected abstract DbContext AuditContext();

    /// <summary>An INSERT of one record as it was before records had shapes, in May 2026.</summary>
    protected abstract string OldRecord(int sequence, string client, string? reason);

    [Fact]
    public async Task Migrate_RecordsFromBeforeShapes_AreFoundAndCountedBesideNewOnes()
    {
        await using (var context = AuditContext())
        {
            await context.GetService<IMigrator>().MigrateAsync("LogHeads", None);
            foreach (
                var insert in new[]
                {
                    OldRecord(0, "acme", null),
                    OldRecord(1, "acme", "revoked"),
                    OldRecord(2, "bolt", "revoked"),
                    OldRecord(3, "acme", null),
                }
            )
            {
#pragma warning disable EF1002 // a statement of the test's own
                await context.Database.ExecuteSqlRawAsync(insert, None);
#pragma warning restore EF1002
            }
        }

        await using var storage = AuditStorage.Create(Location.Options);
        await storage.Migrator.MigrateAsync(None);
        var old = await storage.Store.ReadAsync("log", 0, 10, None);
        Assert.Equal(4, old.Count);
        await storage.Store.AppendAsync([old[0] with { Sequence = 4, Id = Guid.NewGuid() }], None);

        Assert.Equal([4L, 3L, 1L, 0L], await FindAsync(new AuditQuery { Client = "acme" }));
        Assert.Equal([2L, 1L], await FindAsync(new AuditQuery { Reason = "revoked" }));
        Assert.Equal([1L], await FindAsync(new AuditQuery { Client = "acme", Reason = "revoked" }));
        Assert.Empty(await FindAsync(new AuditQuery { Client = "nobody" }));
        Assert.Equal(4, (await storage.Reports.TallyAsync(new AuditQuery { Client = "acme" }, None)).Sum(c => c.Count));

        async Task<IEnumerable<long>> FindAsync(AuditQuery query) =>
            (await storage.Store.QueryAsync(query, None)).Entries.Select(e => e.Sequence).OrderDescending();
    }
}
