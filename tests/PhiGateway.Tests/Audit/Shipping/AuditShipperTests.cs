using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Audit.Verification;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Shipping;

public sealed class AuditShipperTests
{
    private readonly MemoryAuditStore _store = new();

    [Fact]
    public async Task Run_RecordsWaiting_StoresThemInOrderAndChained()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        await AppendAsync(journal, 25);
        using var shipper = Shipper(journal);
        using var stop = new CancellationTokenSource();
        var running = shipper.RunAsync(stop.Token);
        while (journal.ShippedSequence < journal.DurableSequence)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await running;
        Assert.Equal(26, _store.Rows.Count);
        var verdict = ChainVerifier.Verify(_store.Rows.Values);
        Assert.True(verdict is { Intact: true, Anchored: true, Checked: 26 });
        Assert.Equal(ShipperState.Shipping, shipper.Status.State);
        Assert.Equal(0, shipper.Status.UnshippedRecords);
        Assert.NotNull(shipper.Status.LastSuccess);
        var entry = _store.Rows[1];
        Assert.Equal("acme", entry.Client);
        Assert.Single(entry.PatientKeys, new PatientPseudonym(new byte[32]).Of("north", "p-1"));
    }

    [Fact]
    public async Task Step_StoreDown_KeepsRecordsAndRecovers()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        await AppendAsync(journal, 5);
        using var shipper = Shipper(journal);
        _store.Down = true;
        Assert.False(await shipper.StepAsync(default));
        Assert.Equal(ShipperState.Retrying, shipper.Status.State);
        Assert.Equal(6, shipper.Status.UnshippedRecords);
        Assert.True(shipper.Status.UnshippedBytes > 0);
        Assert.Contains("TimeoutException", shipper.Status.LastError, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", shipper.Status.LastError, StringComparison.Ordinal);
        _store.Down = false;
        await DrainAsync(shipper, journal);
        Assert.Equal(6, _store.Rows.Count);
        Assert.Null(shipper.Status.LastError);
    }

    [Fact]
    public async Task Step_AnswerLostAfterCommit_StoresEachRecordOnce()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        await AppendAsync(journal, 10);
        using var shipper = Shipper(journal);
        _store.LoseAnswer = true;
        await DrainAsync(shipper, journal);
        Assert.Equal(11, _store.Rows.Count);
        Assert.True(ChainVerifier.Verify(_store.Rows.Values).Intact);
    }

    [Fact]
    public async Task Step_AfterRestart_GoesOnWhereTheStoreIs()
    {
        using var folder = new JournalFolder();
        await using (var journal = await folder.OpenAsync())
        {
            await AppendAsync(journal, 10);
            using var shipper = Shipper(journal);
            await DrainAsync(shipper, journal);
            await AppendAsync(journal, 3);
        }

        await using var again = await folder.OpenAsync();
        using var second = Shipper(again);
        Assert.True(again.ShippedSequence > 0);
        await DrainAsync(second, again);
        Assert.Equal(again.DurableSequence + 1, _store.Rows.Count);
        Assert.True(ChainVerifier.Verify(_store.Rows.Values).Intact);
    }

    [Fact]
    public async Task Step_StoreLostItsLastRecords_SendsThemAgain()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        await AppendAsync(journal, 10);
        using (var shipper = Shipper(journal))
        {
            await DrainAsync(shipper, journal);
        }

        _ = _store.Rows.Remove(9);
        _ = _store.Rows.Remove(10);
        using var second = Shipper(journal);
        await second.StepAsync(default);
        Assert.Equal(11, _store.Rows.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Step_StoreGoesBackAndNothingFails_SendsItsRecordsAgain(bool goesOn)
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        await AppendAsync(journal, 10);
        using var shipper = Shipper(journal, TimeSpan.Zero);
        await DrainAsync(shipper, journal);

        // A standby took over behind a pooler: it lacks the last two, and what comes is stored behind the gap.
        _ = _store.Rows.Remove(9);
        _ = _store.Rows.Remove(10);
        await AppendAsync(journal, goesOn ? 3 : 0);
        var batches = _store.Batches;
        Assert.True(await shipper.StepAsync(default));
        await shipper.StepAsync(default);
        Assert.True(_store.Batches > batches);

        // That is on record, once; and a store that stays whole is sent nothing twice.
        journal.Maintain();
        while (journal.DurableSequence < (goesOn ? 14 : 11))
        {
            await Task.Yield();
        }

        await DrainAsync(shipper, journal);
        Assert.Equal(journal.DurableSequence + 1, _store.Rows.Count);
        Assert.Null(shipper.Status.LastError);
        batches = _store.Batches;
        for (var i = 0; i < 5; i++)
        {
            Assert.False(await shipper.StepAsync(default));
        }

        Assert.Equal(batches, _store.Batches);
        var said = Assert.Single(_store.Rows.Values, static row => row.Event == "store.went-back").Read()!;
        Assert.Equal($"The store had confirmed record {(goesOn ? 13 : 10)} and has up to 8. What is still here is sent again.", said.Note);
    }

    [Fact]
    public async Task Step_StoreGoesBack_ItsRecordsAreNotRecycledBeforeTheyAreSentAgain()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        await AppendAsync(journal, 10);
        using (var shipper = Shipper(journal))
        {
            await DrainAsync(shipper, journal);
        }

        journal.Maintain();
        _store.Rows.Clear();
        using var second = Shipper(journal);
        _store.LoseAnswer = true;
        await second.StepAsync(default);

        // It has four of eleven and did not say so: not one more counts as stored.
        Assert.Equal(-1, journal.ShippedSequence);
        Assert.InRange(second.Status.UnshippedRecords, 11, 12);
        await DrainAsync(second, journal);
        Assert.Equal(journal.DurableSequence + 1, _store.Rows.Count);
    }

    [Fact]
    public async Task Step_ReconnectsBehindALastingGap_TakesNothingBackAndSendsNothingTwice()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        using var shipper = Shipper(journal);
        await MakeGapAsync(shipper, journal);
        await AppendAsync(journal, 1);
        _store.Down = true;
        Assert.False(await shipper.StepAsync(default));
        Assert.Equal(1, shipper.Status.UnshippedRecords);
        _store.Down = false;
        var batches = _store.Batches;

        await DrainAsync(shipper, journal);

        Assert.Equal(batches + 1, _store.Batches);
        Assert.StartsWith("The store has lost records", shipper.Status.LastError, StringComparison.Ordinal);
        journal.Maintain();
        await journal.SayAsync("end", "of the test");
        Assert.DoesNotContain(JournalFolder.ReadAll(journal), static read => read.Record.Event == "store.went-back");
    }

    [Fact]
    public async Task Step_StoreGoesBackBehindALastingGap_SendsItsRecordsAgain()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        using (var shipper = Shipper(journal))
        {
            await MakeGapAsync(shipper, journal);
        }

        using var second = Shipper(journal, TimeSpan.Zero);
        Assert.False(await second.StepAsync(default));
        Assert.Equal(0, second.Status.UnshippedRecords);

        // Nothing fails, and what comes is stored behind what was lost.
        var lost = journal.ShippedSequence;
        _ = _store.Rows.Remove(lost);
        await AppendAsync(journal, 1);
        Assert.True(await second.StepAsync(default));
        Assert.False(_store.Rows.ContainsKey(lost));
        await second.StepAsync(default);
        while (!JournalFolder.ReadAll(journal).Exists(static read => read.Record.Event == "store.went-back"))
        {
            journal.Maintain();
            await Task.Yield();
        }

        await DrainAsync(second, journal);
        Assert.True(_store.Rows.ContainsKey(lost));
    }

    [Fact]
    public async Task Step_StoreIsAheadOfTheCursor_SkipsWhatItHas()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        await AppendAsync(journal, 10);
        using (var shipper = Shipper(journal))
        {
            await DrainAsync(shipper, journal);
        }

        using var clone = folder.Clone();
        File.Delete(Path.Combine(clone.Path, "shipped.cursor"));
        await using var again = await clone.OpenAsync();
        Assert.Equal(-1, again.ShippedSequence);
        using var second = Shipper(again);
        await DrainAsync(second, again);
        Assert.Equal(ShipperState.Shipping, second.Status.State);
        Assert.Equal(again.DurableSequence + 1, _store.Rows.Count);
    }

    [Fact]
    public async Task Step_StoreIsAheadOfTheJournal_StopsAsRolledBack()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        using var clone = folder.Clone();
        await AppendAsync(journal, 10);
        using (var shipper = Shipper(journal))
        {
            await DrainAsync(shipper, journal);
        }

        await using var rolledBack = await clone.OpenAsync();
        using var second = Shipper(rolledBack);
        await second.RunAsync(default);
        Assert.Equal(ShipperState.Forked, second.Status.State);
        Assert.Contains("rolled back", second.Status.LastError, StringComparison.Ordinal);
        Assert.Equal(11, _store.Rows.Count);
    }

    [Fact]
    public async Task Step_CloneWroteOtherRecords_StopsAsForked()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        using var clone = folder.Clone();
        await AppendAsync(journal, 3);
        using (var shipper = Shipper(journal))
        {
            await DrainAsync(shipper, journal);
        }

        await using var other = await clone.OpenAsync();
        await AppendAsync(other, 20);
        using var second = Shipper(other);
        await second.RunAsync(default);
        Assert.Equal(ShipperState.Forked, second.Status.State);
        Assert.Equal(4, _store.Rows.Count);
    }

    // Whoever may add rows to the store stops no node by one: its own record is there too. A clone's would be there alone.
    [Fact]
    public async Task Step_RowAddedInThePlaceOfTheLastRecord_GoesOn()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        await AppendAsync(journal, 3);
        using (var shipper = Shipper(journal))
        {
            await DrainAsync(shipper, journal);
        }

        _store.WithAnother.Add(3);
        await AppendAsync(journal, 2);
        using var second = Shipper(journal);
        await DrainAsync(second, journal);
        Assert.Equal(ShipperState.Shipping, second.Status.State);
        Assert.Equal(6, _store.Rows.Count);
    }

    [Fact]
    public async Task Step_ForkFoundByTheStore_StopsAsForked()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        await AppendAsync(journal, 3);
        using var shipper = Shipper(journal);
        await DrainAsync(shipper, journal);
        await AppendAsync(journal, 1);
        _store.Rows[4] = _store.Rows[3] with { Sequence = 4 };
        Assert.False(await shipper.StepAsync(default));
        Assert.Equal(ShipperState.Forked, shipper.Status.State);
        Assert.Equal(3, journal.ShippedSequence);
    }

    private static async Task AppendAsync(FileJournal journal, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _ = await journal.AppendAsync(TestRecords.Disclosure());
        }
    }

    // The store has all, then lacks some that are no longer in the journal.
    private async Task MakeGapAsync(AuditShipper shipper, FileJournal journal)
    {
        await AppendAsync(journal, 10);
        for (var i = 0; i < 100 && journal.FirstSequence < 8; i++)
        {
            var record = TestRecords.Of(AuditKind.System);
            record.Note = new string('n', 8_000);
            _ = await journal.AppendAsync(record);
            await DrainAsync(shipper, journal);
            journal.Maintain();
        }

        Assert.InRange(journal.FirstSequence, 8, journal.ShippedSequence);
        for (var sequence = 5; sequence < 8; sequence++)
        {
            _ = _store.Rows.Remove(sequence);
        }
    }

    private static async Task DrainAsync(AuditShipper shipper, FileJournal journal)
    {
        for (var i = 0; i < 1000 && journal.ShippedSequence < journal.DurableSequence; i++)
        {
            _ = await shipper.StepAsync(default);
        }

        Assert.Equal(journal.DurableSequence, journal.ShippedSequence);
    }

    private AuditShipper Shipper(FileJournal journal, TimeSpan? lookEvery = null) =>
        new(
            journal,
            _store,
            new AuditEntryReader(journal.Log, new PatientPseudonym(new byte[32])),
            new ShipperOptions
            {
                BatchRecords = 4,
                Interval = TimeSpan.FromMilliseconds(1),
                LookEvery = lookEvery ?? TimeSpan.FromHours(1),
            },
            TimeProvider.System
        );
}
