using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Journal;

/// <summary>What must outlive the records that say it: the enforced revision, open intents, that the log is not to be trusted.</summary>
public sealed class JournalFactsTests
{
    private static readonly long Segment = JournalOptions.MinSegmentBytes;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EnforcedRevision_ThousandsOfRecordsWithoutOne_IsStillKnownAfterACrash(bool bySnapshot)
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        if (bySnapshot)
        {
            journal.NoteEnforced(9);
        }
        else
        {
            var decided = TestRecords.Denial();
            decided.Revision = 9;
            _ = await journal.AppendAsync(decided);
        }

        await Task.WhenAll(Enumerable.Range(0, 5_000).Select(_ => journal.AppendAsync(TestRecords.Of(AuditKind.System)).AsTask()));
        using var crashed = folder.Clone();

        await using var reopened = await crashed.OpenAsync();

        Assert.Equal(9, reopened.EnforcedRevision);
    }

    [Fact]
    public async Task EnforcedRevision_SegmentsRecycled_IsStillKnown()
    {
        using var folder = new JournalFolder();
        var options = folder.Options with { Budget = 5 * Segment };
        await using (var journal = await folder.OpenAsync(options: options))
        {
            journal.NoteEnforced(9);
            journal.NoteEnforced(8);
            await FillAndRecycleAsync(journal);
            Assert.True(journal.FirstSequence > 0);
        }

        await using var reopened = await folder.OpenAsync(options: options);
        Assert.Equal(9, reopened.EnforcedRevision);
    }

    [Fact]
    public async Task EnforcedRevision_OlderOneAccepted_StandsAtTheNextStart()
    {
        using var folder = new JournalFolder();
        await using (var journal = await folder.OpenAsync())
        {
            var decided = TestRecords.Denial();
            decided.Revision = 9;
            _ = await journal.AppendAsync(decided);
            journal.NoteEnforced(9);
            await journal.AcceptOlderAsync(5);
            Assert.Equal(5, journal.EnforcedRevision);
        }

        await using (var next = await folder.OpenAsync())
        {
            Assert.Equal(5, next.EnforcedRevision);
            next.NoteEnforced(7);
        }

        await using var last = await folder.OpenAsync();
        Assert.Equal(7, last.EnforcedRevision);
        Assert.Contains(JournalFolder.ReadAll(last), r => r.Record is { Event: "registry.older-accepted", Revision: 5 });
    }

    [Fact]
    public async Task Recycle_IntentStillOpen_IsClosedAsUnknownAfterACrash()
    {
        using var folder = new JournalFolder();
        var options = folder.Options with { Budget = 5 * Segment };
        await using var journal = await folder.OpenAsync(options: options);
        var open = TestRecords.Of(AuditKind.Intent);
        open.Tenant = "north";
        var ended = TestRecords.Of(AuditKind.Intent);
        _ = await journal.AppendAsync(open);
        _ = await journal.AppendAsync(ended);
        for (var round = 0; round < 3; round++)
        {
            await FillAndRecycleAsync(journal);
        }

        _ = await journal.AppendAsync(TestRecords.Of(AuditKind.Outcome, ended.Id));
        Assert.True(journal.FirstSequence > 20);
        using var crashed = folder.Clone();

        await using var reopened = await crashed.OpenAsync(options: options with { Directory = crashed.Path });

        var outcomes = JournalFolder.ReadAll(reopened).Select(r => r.Record).Where(r => r.Kind == AuditKind.Outcome).ToList();
        var unknown = Assert.Single(outcomes, r => r.Outcome == "unknown");
        Assert.Equal((open.Id, "north"), (unknown.ParentId, unknown.Tenant));
        Assert.Single(outcomes, r => r.ParentId == ended.Id);
    }

    [Fact]
    public async Task Recycle_AnswerStillLeaving_IsUnconfirmedAfterACrash()
    {
        using var folder = new JournalFolder();
        var options = folder.Options with { Budget = 5 * Segment };
        await using var journal = await folder.OpenAsync(options: options);
        var leaving = TestRecords.Disclosure();
        var streaming = TestRecords.Disclosure();
        var later = TestRecords.Disclosure();
        later.ParentId = streaming.Id;
        var delivered = TestRecords.Disclosure();
        var folded = TestRecords.Disclosure();
        foreach (var answer in new[] { leaving, streaming, later, delivered, folded })
        {
            journal.HoldOpen(answer, (await journal.AppendAsync(answer)).Sequence);
        }

        for (var round = 0; round < 3; round++)
        {
            await FillAndRecycleAsync(journal);
        }

        Assert.True(journal.TryAppend(TestRecords.Of(AuditKind.Delivery, delivered.Id)));
        journal.LetGo(folded.Id);
        for (var round = 0; round < 3; round++)
        {
            await FillAndRecycleAsync(journal);
        }

        Assert.True(journal.FirstSequence > 20);
        using var crashed = folder.Clone();
        await using var reopened = await crashed.OpenAsync(options: options with { Directory = crashed.Path });

        var unconfirmed = JournalFolder.ReadAll(reopened).Select(r => r.Record).Where(r => r.Delivery == "unconfirmed").ToList();
        Assert.Equal(new[] { leaving.Id, streaming.Id }.ToHashSet(), unconfirmed.Select(r => r.ParentId).ToHashSet());
        Assert.Equal(2, unconfirmed.Count);
        Assert.All(unconfirmed, r => Assert.Equal((leaving.Event, leaving.Client), (r.Event, r.Client)));

        // Said once: the next start finds nothing open.
        await reopened.DisposeAsync();
        await using var again = await crashed.OpenAsync(options: options with { Directory = crashed.Path });
        Assert.Equal(2, JournalFolder.ReadAll(again).Count(r => r.Record.Delivery == "unconfirmed"));
    }

    [Fact]
    public async Task Open_MoreActsThanAreClosedOneByOne_ClosesEveryIntent()
    {
        using var folder = new JournalFolder();
        var options = folder.Options with { SegmentBytes = 64 * Segment, Budget = 8 * 64 * Segment };
        await using var journal = await folder.OpenAsync(options: options);
        var intents = Enumerable.Range(0, 20).Select(_ => TestRecords.Of(AuditKind.Intent)).ToList();
        foreach (var intent in intents)
        {
            _ = await journal.AppendAsync(intent);
        }

        await Task.WhenAll(Enumerable.Range(0, 10_100).Select(_ => journal.AppendAsync(TestRecords.Disclosure()).AsTask()));
        using var crashed = folder.Clone();

        await using var reopened = await crashed.OpenAsync(options: options with { Directory = crashed.Path });

        var closed = JournalFolder.ReadAll(reopened).Where(r => r.Record.Outcome == "unknown").Select(r => r.Record.ParentId).ToHashSet();
        Assert.Equal(intents.Select(static intent => intent.Id).ToHashSet(), closed);
    }

    [Fact]
    public async Task Open_StreamAndBatchDeliveredWhole_LeavesNothingUnconfirmed()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        var delivered = TestRecords.Disclosure();
        var cut = TestRecords.Disclosure();
        foreach (var stream in new[] { delivered, cut })
        {
            _ = await journal.AppendAsync(stream);
            for (var i = 0; i < 8; i++)
            {
                var segment = TestRecords.Disclosure();
                segment.ParentId = stream.Id;
                _ = await journal.AppendAsync(segment);
            }
        }

        _ = await journal.AppendAsync(TestRecords.Of(AuditKind.Delivery, delivered.Id));
        using var crashed = folder.Clone();
        await using (var reopened = await crashed.OpenAsync())
        {
            Assert.Equal(cut.Id, Assert.Single(JournalFolder.ReadAll(reopened), r => r.Record.Delivery == "unconfirmed").Record.ParentId);
        }

        await using var again = await crashed.OpenAsync();
        Assert.Single(JournalFolder.ReadAll(again), r => r.Record.Delivery == "unconfirmed");
    }

    [Fact]
    public async Task Distrust_StoreHoldsAnotherHistory_ReleasesNothingNowAndAfterARestart()
    {
        using var folder = new JournalFolder();
        var store = new MemoryStore();
        await using (var journal = await folder.OpenAsync())
        {
            _ = await journal.AppendAsync(TestRecords.Disclosure());
            using var shipper = new AuditShipper(
                journal,
                store,
                new AuditEntryReader(journal.Log, new PatientPseudonym(new byte[32])),
                new ShipperOptions(),
                TimeProvider.System
            );
            string? said = null;
            shipper.Stopped += why => said = why;
            store.Watermark = journal.DurableSequence;

            _ = await shipper.StepAsync(CancellationToken.None);

            Assert.Equal(ShipperState.Forked, shipper.Status.State);
            Assert.Contains("another one in the store", said, StringComparison.Ordinal);
            Assert.Equal(JournalStatus.Forked, journal.Status);
            _ = await RefusedAsync(journal, TestRecords.Disclosure());
            _ = await RefusedAsync(journal, TestRecords.Of(AuditKind.Intent));
            _ = await journal.AppendAsync(TestRecords.Denial());
            _ = await journal.AppendAsync(TestRecords.Of(AuditKind.Outcome));
        }

        await using (var restarted = await folder.OpenAsync())
        {
            Assert.Equal(JournalStatus.Forked, restarted.Status);
            Assert.NotNull(restarted.Problem);
            _ = await RefusedAsync(restarted, TestRecords.Disclosure());
        }

        await using (var mended = await folder.OpenAsync(options: folder.Options with { AcceptRepaired = true }))
        {
            _ = await mended.AppendAsync(TestRecords.Disclosure());
            Assert.Contains(JournalFolder.ReadAll(mended), r => r.Record.Event == "journal.trusted-again");
        }

        await using var last = await folder.OpenAsync();
        _ = await last.AppendAsync(TestRecords.Disclosure());
        Assert.Equal(JournalStatus.Open, last.Status);
    }

    [Theory]
    [InlineData(3600, true)]
    [InlineData(-3600, true)]
    [InlineData(1, false)]
    public async Task Round_WallClockJumps_IsOnRecord(int seconds, bool said)
    {
        using var folder = new JournalFolder();
        var clock = new JumpingClock();
        await using var journal = await JournalOpener.OpenAsync(folder.Options, clock, new JournalFiles());
        journal.Maintain();
        clock.Offset = TimeSpan.FromSeconds(seconds);
        journal.Maintain();
        await journal.SayAsync("end", "of the test");
        journal.Maintain();
        await journal.SayAsync("end", "of the test");

        Assert.Equal(said, JournalFolder.ReadAll(journal).Exists(r => r.Record.Event == "clock.step"));
    }

    private static async Task<JournalUnavailableException> RefusedAsync(FileJournal journal, AuditRecord record)
    {
        var refused = await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(record));
        Assert.Equal(JournalStatus.Forked, refused.Status);
        return refused;
    }

    private static async Task FillAndRecycleAsync(FileJournal journal)
    {
        var record = TestRecords.Of(AuditKind.System);
        record.Note = new string('n', 8_000);
        for (var i = 0; i < 40; i++)
        {
            _ = await journal.AppendAsync(record);
            journal.Acknowledge(journal.DurableSequence);
            journal.Maintain();
        }
    }

    // Says that it has everything, with other hashes.
    private sealed class MemoryStore : IAuditStore
    {
        public long Watermark { get; set; } = -1;

        public Task<long> GetWatermarkAsync(string log, CancellationToken cancellationToken) => Task.FromResult(Watermark);

        public Task<byte[]?> GetHashAsync(string log, long sequence, CancellationToken cancellationToken) =>
            Task.FromResult<byte[]?>(new byte[32]);

        public Task<IReadOnlyList<string>> ListLogsAsync(CancellationToken cancellationToken) =>
            ListLogsAsync(string.Empty, cancellationToken);

        public Task<IReadOnlyList<string>> ListLogsAsync(string node, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public Task AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<AuditPage> QueryAsync(AuditQuery query, CancellationToken cancellationToken) =>
            Task.FromResult(new AuditPage([], null));

        public Task<IReadOnlyList<AuditCount>> CountAsync(AuditCounts counts, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<AuditCount>>([]);

        public Task<AuditEntry?> FindDeliveryAsync(string log, long sequence, CancellationToken cancellationToken) =>
            Task.FromResult<AuditEntry?>(null);

        public Task<IReadOnlyList<AuditEntry>> ReadAsync(string log, long fromSequence, int limit, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<AuditEntry>>([]);

        public Task<IReadOnlyList<AuditEntry>> ReadFiledAsync(
            string log,
            long fromSequence,
            int limit,
            CancellationToken cancellationToken
        ) => ReadAsync(log, fromSequence, limit, cancellationToken);
    }

    private sealed class JumpingClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
