using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Audit.Verification;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Storage;

/// <summary>The runbook restore-from-backup.md, the audit store, walked with a journal and a store on disk.</summary>
public sealed class RestoredAuditStoreTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly JournalFolder _journal = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-restored-").FullName;

    public void Dispose()
    {
        _journal.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Store => Path.Combine(_folder, "audit.db");

    private string Backup => Path.Combine(_folder, "backup.db");

    [Fact]
    public async Task Store_RestoredFromABackup_IsGivenWhatItLacks()
    {
        await using var journal = await _journal.OpenAsync();
        var wentBack = 0;
        journal.StoreWentBack += () => wentBack++;
        await ShipAsync(journal, 10);
        File.Copy(Store, Backup);
        await ShipAsync(journal, 7);
        Assert.Equal(0, wentBack);

        // The store is lost, and put back as it was.
        File.Copy(Backup, Store, overwrite: true);
        var (rows, status) = await ShipAsync(journal, 1);

        Assert.Equal((ShipperState.Shipping, null, 0), (status.State, status.LastError, status.UnshippedRecords));
        Assert.Equal(journal.DurableSequence + 1, rows.Count);
        Assert.True(ChainVerifier.Verify(rows) is { Intact: true, Anchored: true });

        // The verifier is told, once, and compares all of it.
        Assert.Equal(1, wentBack);
    }

    [Fact]
    public async Task Store_OfAnotherNode_IsNotTakenForARestoredOne()
    {
        await using var journal = await _journal.OpenAsync();
        using (var clone = _journal.Clone())
        {
            await using var other = await clone.OpenAsync();
            await ShipAsync(other, 10);
        }

        var (rows, status) = await ShipAsync(journal, 20);

        Assert.Equal(ShipperState.Forked, status.State);
        Assert.True(rows.Count < journal.DurableSequence);
    }

    private async Task<(IReadOnlyList<AuditEntry> Rows, ShipperStatus Status)> ShipAsync(FileJournal journal, int records)
    {
        for (var i = 0; i < records; i++)
        {
            _ = await journal.AppendAsync(TestRecords.Disclosure());
        }

        await using var storage = AuditStorage.Create(
            new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={Store}" }
        );
        await storage.Migrator.MigrateAsync(None);
        using var shipper = new AuditShipper(
            journal,
            storage.Store,
            new AuditEntryReader(journal.Log, new PatientPseudonym(new byte[32])),
            new ShipperOptions { BatchRecords = 4, Interval = TimeSpan.FromMilliseconds(1) },
            TimeProvider.System
        );
        for (var step = 0; step < 1000 && shipper.Status.State != ShipperState.Forked; step++)
        {
            _ = await shipper.StepAsync(None);
            if (shipper.Status is { State: ShipperState.Shipping, UnshippedRecords: 0 } && step > 0)
            {
                break;
            }
        }

        var page = await storage.Store.QueryAsync(new AuditQuery { Limit = 500 }, None);
        return ([.. page.Entries.OrderBy(static entry => entry.Sequence)], shipper.Status);
    }
}
