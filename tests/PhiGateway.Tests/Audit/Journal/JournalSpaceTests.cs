using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Journal;

public sealed class JournalSpaceTests
{
    private static readonly long Segment = JournalOptions.MinSegmentBytes;

    [Fact]
    public async Task Append_MarksPassed_RefusesDisclosuresFirstAndDenialsLast()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync(options: folder.Options with { Budget = 4 * Segment });
        var seen = new HashSet<JournalStatus>();
        var refused = await FillAsync(journal, seen);
        Assert.Equal(JournalStatus.Full, refused.Status);
        Assert.Superset(new HashSet<JournalStatus> { JournalStatus.Open, JournalStatus.NearlyFull }, seen);
        Assert.InRange(journal.UsedShare, 0.95, 0.98);
        _ = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(TestRecords.Of(AuditKind.Intent)));
        _ = await journal.AppendAsync(TestRecords.Of(AuditKind.Admin));
        while (journal.UsedShare < 0.98)
        {
            _ = await journal.AppendAsync(TestRecords.Denial());
        }

        _ = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(TestRecords.Of(AuditKind.Admin)));
        _ = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(TestRecords.Denial()));
        _ = await journal.AppendAsync(TestRecords.Of(AuditKind.Admin), AuditLane.Reserved);
        _ = await journal.AppendAsync(TestRecords.Of(AuditKind.Outcome));
        Assert.Equal(JournalStatus.Full, journal.Status);
        Assert.True(Directory.GetFiles(folder.Path, "*.segment").Length <= 4);
    }

    [Fact]
    public async Task Append_ShippedWhileFull_OpensByItselfAndSaysSo()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync(options: folder.Options with { Budget = 4 * Segment });
        _ = await FillAsync(journal, []);
        journal.Maintain();
        _ = await journal.AppendAsync(TestRecords.Denial());
        journal.Acknowledge(journal.DurableSequence);
        journal.Maintain();
        Assert.Equal(JournalStatus.Open, journal.Status);
        _ = await journal.AppendAsync(TestRecords.Disclosure());
        Assert.True(journal.FirstSequence > 0);
        var events = JournalFolder.ReadAll(journal).Select(r => r.Record.Event).ToList();
        Assert.Contains("journal.full", events);
        Assert.Contains("journal.room", events);
    }

    [Fact]
    public async Task Append_ManyTimesTheBudget_RecyclesAndReopens()
    {
        using var folder = new JournalFolder();
        var options = folder.Options with { Budget = 5 * Segment };
        var count = 0;
        await using (var journal = await folder.OpenAsync(options: options))
        {
            var record = TestRecords.Disclosure();
            record.Note = new string('n', 8_000);
            for (; count < 120; count++)
            {
                _ = await journal.AppendAsync(record);
                journal.Acknowledge(journal.DurableSequence);
                journal.Maintain();
            }

            Assert.True(Directory.GetFiles(folder.Path).Sum(f => new FileInfo(f).Length) <= (5 * Segment) + 20_000);
        }

        await using var reopened = await folder.OpenAsync(options: options);
        Assert.True(reopened.FirstSequence > 60);
        Assert.Equal(
            count
                + 2
                + JournalFolder
                    .ReadAll(reopened)
                    .Count(r =>
                        r.Record.Event is "journal.recovery" or "journal.room" or "journal.full" || r.Record.Delivery == "unconfirmed"
                    ),
            reopened.DurableSequence
        );
    }

    [Fact]
    public async Task Append_DiskSmallerThanBudget_CountsTheDisk()
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles { Free = 3 * Segment };
        await using var journal = await folder.OpenAsync(files);
        files.Free = 0;
        files.DiskFull = true;
        var refused = await FillAsync(journal, []);
        Assert.Equal(JournalStatus.Full, refused.Status);
        files.Free = 100 * Segment;
        files.DiskFull = false;
        await TakeAgainAsync(journal);
        Assert.Equal(JournalStatus.Open, journal.Status);
    }

    [Fact]
    public async Task Append_WriteFindsNoRoom_IsRefusedAndLaterTakenWithoutTrace()
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles();
        await using (var journal = await folder.OpenAsync(files))
        {
            var before = (await journal.AppendAsync(TestRecords.Disclosure())).Sequence;
            files.BlockIsWritten = static _ => true;
            files.WriteError = FaultyFiles.NoSpace;
            var large = TestRecords.Disclosure();
            large.Note = new string('n', 9_000);
            var refused = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(large));
            // The journal itself may be open again by now: its keeper looks for room and finds some.
            Assert.Equal(JournalStatus.Full, refused.Status);
            files.WriteError = null;
            await TakeAgainAsync(journal);
            Assert.Equal(JournalStatus.Open, journal.Status);
            Assert.All(
                JournalFolder.ReadAll(journal).Where(r => r.Sequence > before).SkipLast(1),
                static r => Assert.StartsWith("journal.", r.Record.Event)
            );
        }

        await using var reopened = await folder.OpenAsync();
        Assert.DoesNotContain(
            JournalFolder.ReadAll(reopened),
            r => r.Record.Event == "journal.recovery" && r.Record.Note!.StartsWith("Dropped", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Append_FlushFails_IsDeadForGood()
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles();
        await using var journal = await folder.OpenAsync(files);
        files.WriteError = FaultyFiles.InputOutput;
        var all = Enumerable.Range(0, 20).Select(_ => journal.AppendAsync(TestRecords.Disclosure()).AsTask()).ToList();
        foreach (var each in all)
        {
            var refused = await Assert.ThrowsAsync<JournalUnavailableException>(() => each);
            Assert.Equal(JournalStatus.Dead, refused.Status);
        }

        files.WriteError = null;
        journal.Maintain();
        _ = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(TestRecords.Denial()));
        Assert.False(journal.TryAppend(TestRecords.Of(AuditKind.Delivery)));
        Assert.Equal(JournalStatus.Dead, journal.Status);
        Assert.Contains("flush", journal.Problem, StringComparison.Ordinal);
        Assert.Equal(0, journal.DurableSequence);
    }

    [Fact]
    public async Task Append_StrangersWithoutEnd_LeaveTheirShareAndClientsGoOn()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync(options: folder.Options with { Budget = 4 * Segment });
        var stranger = TestRecords.Denial();
        stranger.Client = null;
        for (var refused = 0; refused < 100; )
        {
            try
            {
                _ = await journal.AppendAsync(stranger, AuditLane.Stranger);
            }
            catch (JournalUnavailableException)
            {
                refused++;
            }
        }

        Assert.InRange(journal.UsedShare, 0.5, 0.55);
        Assert.Equal(JournalStatus.Open, journal.Status);
        _ = await journal.AppendAsync(TestRecords.Disclosure());
        _ = await journal.AppendAsync(TestRecords.Denial());
    }

    [Fact]
    public async Task Append_DiskFilledSinceItWasMeasured_KeepsTheLastRoomForWhatMustNotBeLost()
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles { DiskFull = true };
        await using var journal = await folder.OpenAsync(new FaultyFiles());
        var intent = TestRecords.Of(AuditKind.Intent);
        _ = await journal.AppendAsync(intent);
        await journal.DisposeAsync();
        File.Delete(Path.Combine(folder.Path, "spare.zeros"));

        // As the marks see it, there is plenty of room: nobody has measured since.
        files.Free = 1_000 * Segment;
        await using var full = await folder.OpenAsync(files);
        intent = TestRecords.Of(AuditKind.Intent);
        _ = await full.AppendAsync(intent);
        _ = await FillAsync(full, []);
        _ = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await full.AppendAsync(TestRecords.Denial()));

        _ = await full.AppendAsync(TestRecords.Of(AuditKind.Outcome, intent.Id));
        _ = await full.AppendAsync(TestRecords.Of(AuditKind.Admin), AuditLane.Reserved);

        files.DiskFull = false;
        full.Maintain();
        _ = await full.AppendAsync(TestRecords.Disclosure());
    }

    [Fact]
    public async Task Maintain_FileSizeLimit_IsToldAndOverWhenTheLimitIs()
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles { SizeLimit = true };
        await using var journal = await folder.OpenAsync(options: folder.Options with { Budget = 8 * Segment });
        await journal.DisposeAsync();
        await using var limited = await folder.OpenAsync(files);
        limited.Maintain();
        _ = await FillAsync(limited, []);
        Assert.Equal(JournalStatus.Full, limited.Status);

        files.SizeLimit = false;
        await TakeAgainAsync(limited);
        Assert.Equal(JournalStatus.Open, limited.Status);
    }

    // The journal's own word that it is full may be on its way to the disk when there is room again; it then fails once more.
    private static async Task TakeAgainAsync(FileJournal journal)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            journal.Maintain();
            try
            {
                _ = await journal.AppendAsync(TestRecords.Disclosure());
                return;
            }
            catch (JournalUnavailableException)
            {
                await Task.Delay(5, patience.Token);
            }
        }
    }

    private static async Task<JournalUnavailableException> FillAsync(FileJournal journal, HashSet<JournalStatus> seen)
    {
        var record = TestRecords.Disclosure();
        record.Note = new string('n', 1_000);
        while (true)
        {
            _ = seen.Add(journal.Status);
            try
            {
                _ = await journal.AppendAsync(record);
            }
            catch (JournalUnavailableException e)
            {
                return e;
            }
        }
    }
}
