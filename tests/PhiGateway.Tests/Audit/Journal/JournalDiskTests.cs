using PhiGateway.Audit.Journal;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Journal;

/// <summary>A disk that is mounted read-only, a folder whose rights were lost, a disk that takes long.</summary>
public sealed class JournalDiskTests
{
    [Theory]
    [InlineData(FaultyFiles.InputOutput)]
    [InlineData(30)] // EROFS
    [InlineData(13)] // EACCES
    public async Task Append_DiskThatIsNoDiskAnyMore_IsDeadForGood(int error)
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles();
        await using var journal = await folder.OpenAsync(files);
        files.WriteError = error;
        var refused = await Assert.ThrowsAsync<JournalUnavailableException>(async () =>
            await journal.AppendAsync(TestRecords.Disclosure())
        );
        Assert.Equal(JournalStatus.Dead, refused.Status);

        // It is not known what the disk holds: no second try, also once it is well.
        files.WriteError = null;
        journal.Maintain();
        refused = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(TestRecords.Denial()));
        Assert.Equal(JournalStatus.Dead, refused.Status);
    }

    [Fact]
    public async Task Maintain_FolderThatMayNotBeChangedForAMoment_ForgetsNoSegment()
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles();
        long last;
        await using (var journal = await folder.OpenAsync(files))
        {
            var record = TestRecords.Denial();
            record.Note = new string('n', 20_000);
            for (var i = 0; i < 15; i++)
            {
                _ = await journal.AppendAsync(record);
            }

            files.FolderLost = true;
            journal.Acknowledge(journal.DurableSequence);
            journal.Maintain();
            Assert.Contains("housekeeping", journal.Problem, StringComparison.Ordinal);
            Assert.Equal(0, journal.FirstSequence);

            files.FolderLost = false;
            journal.Maintain();
            Assert.Null(journal.Problem);
            Assert.True(journal.FirstSequence > 0);
            last = journal.DurableSequence;
        }

        await using var reopened = await folder.OpenAsync();
        Assert.True(reopened.DurableSequence > last);
    }

    // Renamed, but not emptied: it must not be in the way of the next, for without room for another there is no other way to one.
    [Fact]
    public async Task Maintain_SegmentThatCannotBeEmptiedForAMoment_KeepsNoOtherFromBeingRecycled()
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles();
        await using var journal = await folder.OpenAsync(files);
        var record = TestRecords.Denial();
        record.Note = new string('n', 20_000);
        for (var i = 0; i < 15; i++)
        {
            _ = await journal.AppendAsync(record);
        }

        // Until the spare is used up.
        (files.DiskFull, files.ZeroFails) = (true, true);
        await Assert.ThrowsAsync<JournalUnavailableException>(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                _ = await journal.AppendAsync(record);
            }
        });
        journal.Acknowledge(journal.DurableSequence);
        journal.Maintain();
        Assert.Contains("housekeeping", journal.Problem, StringComparison.Ordinal);

        files.ZeroFails = false;
        journal.Maintain();
        Assert.Null(journal.Problem);
        Assert.Equal(JournalStatus.Open, journal.Status);
        _ = await journal.AppendAsync(record);
    }

    [Fact]
    public async Task Append_DiskThatTakesLong_KeepsOrderAndLosesNothing()
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles();
        await using var journal = await folder.OpenAsync(files);
        files.Gated = true;
        var first = journal.AppendAsync(TestRecords.Disclosure()).AsTask();
        await files.Entered.Task;
        var waiting = Enumerable.Range(0, 200).Select(_ => journal.AppendAsync(TestRecords.Disclosure()).AsTask()).ToList();
        Assert.All(waiting, static one => Assert.False(one.IsCompleted));
        files.Open(1_000);

        var before = (await first).Sequence;
        foreach (var one in waiting)
        {
            Assert.Equal(++before, (await one).Sequence);
        }
    }
}
