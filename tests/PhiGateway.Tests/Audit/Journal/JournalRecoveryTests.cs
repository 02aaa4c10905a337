using System.Globalization;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Journal.Segments;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Journal;

public sealed class JournalRecoveryTests
{
    [Fact]
    public async Task Open_TailTornAtAnyByte_DropsOnlyTheUnacknowledgedRecord()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        var acknowledged = (await journal.AppendAsync(TestRecords.Denial())).Sequence;
        using var clone = folder.Clone();
        var start = EndOf(clone.LastSegment);
        _ = await journal.AppendAsync(TestRecords.Denial());
        var whole = await File.ReadAllBytesAsync(folder.LastSegment);
        var end = EndOf(folder.LastSegment);
        for (var cut = start; cut <= end; cut++)
        {
            var torn = whole.ToArray();
            torn.AsSpan(cut).Clear();
            await File.WriteAllBytesAsync(clone.LastSegment, torn);
            var found = JournalInspector.Inspect(clone.Path);
            var isWhole = torn.AsSpan().SequenceEqual(whole);
            Assert.Equal(isWhole ? acknowledged + 1 : acknowledged, found.Last);
            Assert.True(isWhole ? found.TornBytes == 0 : found.TornBytes <= cut - start);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(57)]
    [InlineData(150)]
    public async Task Open_TornTail_SaysSoAndGoesOn(int kept)
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        var acknowledged = (await journal.AppendAsync(TestRecords.Denial())).Sequence;
        using var clone = folder.Clone();
        var start = EndOf(clone.LastSegment);
        _ = await journal.AppendAsync(TestRecords.Denial());
        var torn = await File.ReadAllBytesAsync(folder.LastSegment);
        torn.AsSpan(start + kept).Clear();
        await File.WriteAllBytesAsync(clone.LastSegment, torn);
        await using (var reopened = await clone.OpenAsync())
        {
            var all = JournalFolder.ReadAll(reopened);
            Assert.Equal("node.start", all[(int)acknowledged + 1].Record.Event);
            Assert.Equal("The last run did not end in order.", all[(int)acknowledged + 1].Record.Note);
            var said = all[(int)acknowledged + 2].Record;
            Assert.Equal("journal.recovery", said.Event);
            Assert.StartsWith("Dropped ", said.Note, StringComparison.Ordinal);
            _ = await reopened.AppendAsync(TestRecords.Denial());
        }

        await using var again = await clone.OpenAsync();
        Assert.Equal(again.DurableSequence + 1, JournalFolder.ReadAll(again).Count);
    }

    [Fact]
    [Trait("Size", "Large")]
    public async Task Open_OneBitFlippedAnywhereInAcknowledgedRecords_IsRefused()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            _ = await journal.AppendAsync(TestRecords.Denial());
        }

        using var clone = folder.Clone();
        _ = JournalInspector.Inspect(clone.Path);
        var whole = await File.ReadAllBytesAsync(clone.LastSegment);
        var end = EndOf(clone.LastSegment);
        for (var at = 0; at < end; at++)
        {
            // The header's block is covered by one checksum: some of it is enough.
            if (at is > 512 and < SegmentHeader.Bytes - 8)
            {
                continue;
            }

            var flipped = whole.ToArray();
            flipped[at] ^= (byte)(1 << (at % 8));
            await File.WriteAllBytesAsync(clone.LastSegment, flipped);
            _ = Assert.Throws<JournalOpenException>(() => JournalInspector.Inspect(clone.Path));
        }
    }

    [Fact]
    public async Task Open_RefusedForDamage_ChangesNothingOnDisk()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        _ = await journal.AppendAsync(TestRecords.Denial());
        using var clone = folder.Clone();
        var damaged = await File.ReadAllBytesAsync(clone.LastSegment);
        damaged[SegmentHeader.Bytes + FrameFormat.HeaderBytes + 4] ^= 1;
        await File.WriteAllBytesAsync(clone.LastSegment, damaged);
        var refused = await Assert.ThrowsAsync<JournalOpenException>(() => clone.OpenAsync());
        Assert.Contains("record 0 ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", refused.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(clone.LastSegment));
    }

    [Fact]
    public async Task Open_RewrittenRecordWithGoodChecksum_BreaksTheChain()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        _ = await journal.AppendAsync(TestRecords.Denial());
        _ = await journal.AppendAsync(TestRecords.Denial());
        using var clone = folder.Clone();
        var bytes = await File.ReadAllBytesAsync(clone.LastSegment);
        var frame = bytes.AsSpan(SegmentHeader.Bytes);
        Assert.Equal(FrameState.Whole, FrameFormat.Read(frame, out var header));
        var body = frame.Slice(FrameFormat.HeaderBytes, header.BodyBytes).ToArray();
        body[^3] ^= 1;
        FrameFormat.Write(
            frame[..header.Size],
            header.Sequence,
            header.BatchIndex,
            frame.Slice(FrameFormat.HashOffset, 32).ToArray(),
            body
        );
        await File.WriteAllBytesAsync(clone.LastSegment, bytes);
        var refused = Assert.Throws<JournalOpenException>(() => JournalInspector.Inspect(clone.Path));
        Assert.Contains("record 0 ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("hash chain", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_BatchTornInItsFirstBlock_DropsTheWholeRecordsBehindIt()
    {
        using var folder = new JournalFolder();
        var files = new FaultyFiles();
        await using var journal = await folder.OpenAsync(files);
        files.Gated = true;
        var first = journal.AppendAsync(TestRecords.Denial()).AsTask();
        await files.Entered.Task;
        var batch = Enumerable.Range(0, 40).Select(_ => journal.AppendAsync(TestRecords.Denial()).AsTask()).ToList();
        files.LetPass();
        var acknowledged = (await first).Sequence;

        // All forty are in the next write: it fails after all its blocks but the first.
        files.BlockIsWritten = static block => block > 0;
        files.WriteError = FaultyFiles.InputOutput;
        files.Open(10);
        var results = await Task.WhenAll(batch.Select(async task => await Record(task)));
        Assert.All(results, static r => Assert.IsType<JournalUnavailableException>(r));
        using var clone = folder.Clone();
        await using var reopened = await clone.OpenAsync();
        var all = JournalFolder.ReadAll(reopened);
        Assert.Equal("node.start", all[(int)acknowledged + 1].Record.Event);
        var said = Assert.Single(all, static r => r.Record.Event == "journal.recovery").Record.Note!;
        Assert.Matches("[1-9][0-9]* whole records were among them", said);
    }

    [Fact]
    public async Task Open_SegmentMissing_IsRefused()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        await FillSegmentsAsync(journal, 4);
        for (var missing = 0; missing < folder.Segments().Length; missing++)
        {
            using var clone = folder.Clone();
            File.Delete(clone.Segments()[missing]);
            var refused = await Assert.ThrowsAsync<JournalOpenException>(() => clone.OpenAsync());
            Assert.Contains("lost records", refused.Message, StringComparison.Ordinal);
        }

        using var twin = folder.Clone();
        await using var opened = await twin.OpenAsync();
        Assert.True(opened.DurableSequence > journal.DurableSequence);
    }

    [Fact]
    public async Task Open_CheckpointMissingOrDamaged_IsRefused()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        _ = await journal.AppendAsync(TestRecords.Denial());
        using var clone = folder.Clone();
        var checkpoint = Path.Combine(clone.Path, "journal.checkpoint");
        await File.WriteAllBytesAsync(checkpoint, new byte[8192]);
        Assert.Contains(
            "damaged",
            Assert.Throws<JournalOpenException>(() => JournalInspector.Inspect(clone.Path)).Message,
            StringComparison.Ordinal
        );
        File.Delete(checkpoint);
        Assert.Contains(
            "no journal.checkpoint",
            Assert.Throws<JournalOpenException>(() => JournalInspector.Inspect(clone.Path)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Open_CloneOfARunningJournal_HasAllThatWasAcknowledged()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        using var stop = new CancellationTokenSource();
        var acknowledged = -1L;
        var writers = Enumerable
            .Range(0, 8)
            .Select(_ =>
                Task.Run(async () =>
                {
                    while (!stop.IsCancellationRequested && journal.UsedShare < 0.8)
                    {
                        var sequence = (await journal.AppendAsync(TestRecords.Disclosure())).Sequence;
                        InterlockedMax(ref acknowledged, sequence);
                    }
                })
            )
            .ToArray();
        for (var round = 0; round < 10; round++)
        {
            await journal.AppendAsync(TestRecords.Denial());
            var before = Volatile.Read(ref acknowledged);
            using var clone = folder.Clone();
            var found = JournalInspector.Inspect(clone.Path);
            Assert.True(found.Last >= before);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task Open_IntentAndDisclosureLeftOpen_AreClosedAsUnknownAndUnconfirmed()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        var open = TestRecords.Of(AuditKind.Intent);
        open.Tenant = "north";
        var closed = TestRecords.Of(AuditKind.Intent);
        var delivered = TestRecords.Disclosure();
        var undelivered = TestRecords.Disclosure();
        foreach (
            var record in new[]
            {
                open,
                closed,
                TestRecords.Of(AuditKind.Outcome, closed.Id),
                delivered,
                undelivered,
                TestRecords.Of(AuditKind.Delivery, delivered.Id),
            }
        )
        {
            _ = await journal.AppendAsync(record);
        }

        using var clone = folder.Clone();
        var length = journal.DurableSequence + 1;
        await using (var reopened = await clone.OpenAsync())
        {
            var said = JournalFolder.ReadAll(reopened).Skip((int)length).Select(r => r.Record).ToList();
            var outcome = Assert.Single(said, r => r.Kind == AuditKind.Outcome);
            Assert.Equal(open.Id, outcome.ParentId);
            Assert.Equal(("unknown", "unknown"), (outcome.Outcome, outcome.Decision));
            Assert.Equal("north", outcome.Tenant);
            var delivery = Assert.Single(said, r => r.Kind == AuditKind.Delivery);
            Assert.Equal(undelivered.Id, delivery.ParentId);
            Assert.Equal("unconfirmed", delivery.Delivery);
            Assert.StartsWith("1 intents", said[^1].Note, StringComparison.Ordinal);
            Assert.All(said, r => Assert.Empty(AuditRecordValidator.Validate(r)));
        }

        await using var again = await clone.OpenAsync();
        Assert.Single(JournalFolder.ReadAll(again), r => r.Record.Delivery == "unconfirmed");
    }

    [Theory]
    [InlineData("{0}-{2}", "")]
    [InlineData("{0},{2}", "1")]
    [InlineData("{1}", "0,2")]
    [InlineData("0-9223372036854775807", "")]
    [InlineData("{0}-{1},x", "0,1,2")]
    [InlineData("{2}-{0}", "0,1,2")]
    [InlineData("{0}-{1},{1}", "0,1,2")]
    [InlineData("7000-7010", "0,1,2")]
    public async Task Open_DeliveryOfMany_ClosesWhatItNamesAndNothingElse(string sequences, string open)
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        var disclosures = new[] { TestRecords.Disclosure(), TestRecords.Disclosure(), TestRecords.Disclosure() };
        var places = new object[3];
        for (var i = 0; i < 3; i++)
        {
            places[i] = (await journal.AppendAsync(disclosures[i])).Sequence;
        }

        var delivery = TestRecords.Of(AuditKind.Delivery);
        delivery.Sequences = string.Format(CultureInfo.InvariantCulture, sequences, places);
        _ = await journal.AppendAsync(delivery);

        using var clone = folder.Clone();
        await using var reopened = await clone.OpenAsync();
        var unconfirmed = JournalFolder
            .ReadAll(reopened)
            .Where(static r => r.Record.Delivery == "unconfirmed")
            .Select(static r => r.Record.ParentId);
        Assert.Equal(open, string.Join(',', unconfirmed.Select(id => Array.FindIndex(disclosures, d => d.Id == id)).Order()));
    }

    private static async Task FillSegmentsAsync(FileJournal journal, int segments)
    {
        var record = TestRecords.Denial();
        record.Note = new string('n', 20_000);
        for (var i = 0; i < segments * 3; i++)
        {
            _ = await journal.AppendAsync(record);
        }
    }

    private static int EndOf(string segment)
    {
        using var scanner = new SegmentScanner(segment);
        while (scanner.TryRead(out _, out _, out _)) { }

        return (int)scanner.Position;
    }

    private static async Task<Exception?> Record(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (JournalUnavailableException e)
        {
            return e;
        }
    }

    private static void InterlockedMax(ref long target, long value)
    {
        long now;
        while (value > (now = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, now) != now) { }
    }
}
