using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Journal;

public sealed class FileJournalTests
{
    [Fact]
    public async Task Append_NewJournal_FollowsTheStartRecordWithoutGap()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        var first = await journal.AppendAsync(TestRecords.Disclosure());
        var second = await journal.AppendAsync(TestRecords.Denial());
        Assert.Equal(1, first.Sequence);
        Assert.Equal(2, second.Sequence);
        Assert.Equal(JournalStatus.Open, journal.Status);
        Assert.StartsWith("gw-01/", journal.Log, StringComparison.Ordinal);
        var all = JournalFolder.ReadAll(journal);
        Assert.Equal(["node.start", "read", "read"], all.Select(r => r.Record.Event));
    }

    [Fact]
    [Trait("Size", "Large")]
    public async Task Append_SixtyFourWriters_KeepsAllInEachWritersOrder()
    {
        const int Writers = 64;
        const int Each = 1000;
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync(
            options: folder.Options with
            {
                Budget = 4096 * JournalOptions.MinSegmentBytes,
                SegmentBytes = 1 << 20,
            }
        );
        var sequences = new long[Writers][];
        await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        sequences[writer] = new long[Each];
                        for (var i = 0; i < Each; i++)
                        {
                            var record = TestRecords.Disclosure($"w{writer}-{i}");
                            sequences[writer][i] = (await journal.AppendAsync(record)).Sequence;
                        }
                    })
                )
        );

        var expected = 0L;
        var seen = new Dictionary<long, string>();
        foreach (var (sequence, record) in JournalFolder.ReadAll(journal))
        {
            Assert.Equal(expected++, sequence);
            seen[sequence] = record.Patients.Count > 0 ? record.Patients[0] : string.Empty;
        }

        Assert.Equal((Writers * Each) + 1, expected);
        for (var writer = 0; writer < Writers; writer++)
        {
            for (var i = 0; i < Each; i++)
            {
                Assert.Equal($"w{writer}-{i}", seen[sequences[writer][i]]);
                Assert.True(i == 0 || sequences[writer][i] > sequences[writer][i - 1]);
            }
        }
    }

    [Fact]
    public async Task Open_DirectoryInUse_RefusesTheSecond()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        var refused = await Assert.ThrowsAsync<JournalOpenException>(() => folder.OpenAsync());
        Assert.Contains("in use by another process", refused.Message, StringComparison.Ordinal);
        _ = await journal.AppendAsync(TestRecords.Denial());
    }

    [Fact]
    public async Task Open_AfterTheFirstClosed_Succeeds()
    {
        using var folder = new JournalFolder();
        await using (var first = await folder.OpenAsync())
        {
            _ = await first.AppendAsync(TestRecords.Denial());
        }

        await using var second = await folder.OpenAsync();
        Assert.Equal(["node.start", "read", "node.stop", "node.start"], JournalFolder.ReadAll(second).Select(r => r.Record.Event));
        Assert.Null(JournalFolder.ReadAll(second)[^1].Record.Note);
    }

    [Fact]
    public async Task Open_DirectoryCannotBeMade_SaysSo()
    {
        using var folder = new JournalFolder();
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "x");
        var refused = await Assert.ThrowsAsync<JournalOpenException>(() =>
            FileJournal.OpenAsync(folder.Options with { Directory = Path.Combine(file, "journal") }, TimeProvider.System)
        );
        Assert.Contains("cannot be created", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_DirectoryNotWritable_SaysSo()
    {
        // The kernel's own directory refuses root as well.
        var directory = OperatingSystem.IsLinux() ? "/proc/self" : Path.Combine(Path.GetTempPath(), "no-such\0name");
        var refused = await Assert.ThrowsAnyAsync<Exception>(() =>
            FileJournal.OpenAsync(new JournalOptions { Directory = directory }, TimeProvider.System)
        );
        Assert.True(!OperatingSystem.IsLinux() || refused.Message.Contains("not writable", StringComparison.Ordinal), refused.Message);
    }

    [Fact]
    public async Task Open_OtherNode_RefusesItsJournal()
    {
        using var folder = new JournalFolder();
        await (await folder.OpenAsync()).DisposeAsync();
        var refused = await Assert.ThrowsAsync<JournalOpenException>(() =>
            folder.OpenAsync(options: folder.Options with { LogName = "gw-02" })
        );
        Assert.Contains("gw-01/", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WrongOptions_ListsAllProblems()
    {
        using var folder = new JournalFolder();
        var refused = await Assert.ThrowsAsync<JournalOpenException>(() =>
            folder.OpenAsync(options: folder.Options with { SegmentBytes = 5, StopPercent = 99, MaxUnawaited = 0 })
        );
        Assert.Contains("segment", refused.Message, StringComparison.Ordinal);
        Assert.Contains("marks", refused.Message, StringComparison.Ordinal);
        Assert.Contains("queues", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_AfterDispose_IsRefused()
    {
        using var folder = new JournalFolder();
        var journal = await folder.OpenAsync();
        await journal.DisposeAsync();
        await journal.DisposeAsync();
        var refused = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(TestRecords.Denial()));
        Assert.Equal(JournalStatus.Closed, refused.Status);
        Assert.False(journal.TryAppend(TestRecords.Of(AuditKind.Delivery)));
        Assert.Equal(JournalStatus.Closed, journal.Status);
    }

    [Fact]
    public async Task Append_LargeRecord_IsTakenAndTooLargeRefused()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        var large = TestRecords.Disclosure();
        large.Note = new string('n', 50_000);
        _ = await journal.AppendAsync(large);
        _ = await journal.AppendAsync(large);
        Assert.Equal(50_000, JournalFolder.ReadAll(journal)[^1].Record.Note!.Length);
        large.Note = new string('n', 70_000);
        _ = await Assert.ThrowsAsync<ArgumentException>(async () => await journal.AppendAsync(large));
        _ = await journal.AppendAsync(TestRecords.Denial());
    }

    [Fact]
    public async Task TryAppend_NoRoomInItsQueue_DropsCountsAndReports()
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles();
        await using var journal = await folder.OpenAsync(files, folder.Options with { MaxUnawaited = 2 });
        files.Gated = true;
        var waiting = journal.AppendAsync(TestRecords.Disclosure()).AsTask();
        await files.Entered.Task;
        Assert.True(journal.TryAppend(TestRecords.Of(AuditKind.Delivery)));
        Assert.True(journal.TryAppend(TestRecords.Of(AuditKind.Delivery)));
        Assert.False(journal.TryAppend(TestRecords.Of(AuditKind.Delivery)));
        Assert.Equal(1, journal.Dropped);
        files.Open(100);
        _ = await waiting;
        journal.Maintain();
        _ = await journal.AppendAsync(TestRecords.Denial());
        var all = JournalFolder.ReadAll(journal);
        Assert.Equal(2, all.Count(r => r.Record.Kind == AuditKind.Delivery));
        Assert.StartsWith(
            "1 delivery records",
            Assert.Single(all, r => r.Record.Event == "journal.gap").Record.Note,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task TryAppend_SomebodyWaitsForAnother_SharesItsFlush()
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles();
        await using var journal = await folder.OpenAsync(files, folder.Options with { MaxUnawaitedDelay = TimeSpan.FromSeconds(10) });
        var before = files.Writes;
        Assert.True(journal.TryAppend(TestRecords.Of(AuditKind.Delivery)));
        Assert.True(journal.TryAppend(TestRecords.Of(AuditKind.Delivery)));
        var awaited = await journal.AppendAsync(TestRecords.Disclosure());
        Assert.Equal(before + 1, files.Writes);
        Assert.Equal(awaited.Sequence, journal.DurableSequence);
    }

    [Fact]
    public async Task TryAppend_NobodyWaitsForAnything_IsWrittenAllTheSame()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        var before = journal.DurableSequence;
        Assert.True(journal.TryAppend(TestRecords.Of(AuditKind.Delivery)));
        SpinWait.SpinUntil(() => journal.DurableSequence == before + 1);
        Assert.Equal(AuditKind.Delivery, JournalFolder.ReadAll(journal)[^1].Record.Kind);
    }

    [Fact]
    public async Task Append_QueueFull_IsRefusedNotQueued()
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles();
        await using var journal = await folder.OpenAsync(files, folder.Options with { MaxWaiting = 1 });
        files.Gated = true;
        var writing = journal.AppendAsync(TestRecords.Disclosure()).AsTask();
        await files.Entered.Task;
        var queued = journal.AppendAsync(TestRecords.Disclosure()).AsTask();
        _ = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(TestRecords.Disclosure()));
        files.Open(100);
        _ = await writing;
        _ = await queued;
    }
}
