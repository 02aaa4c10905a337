using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Tests.Audit.Shipping;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Sinks;

/// <summary>What stands in the store and was never written, or is not there and was, moves no sink past what the node recorded.</summary>
public sealed class SinkHoleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-sinks-").FullName;
    private readonly MemoryAuditStore _store = new();
    private readonly ManualClock _clock = new();
    private readonly SinkOptions _options = new() { Name = "soc", BatchRecords = 3 };
    private readonly FakeSink _sink = new(acknowledges: true);
    private long _shipped = -1;
    private long _first;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Whoever ships may add a row of any place.
    [Theory]
    [InlineData(6)]
    [InlineData(1_000_000_000_000)]
    [InlineData(long.MaxValue)]
    public async Task Step_RowBehindWhatTheNodeStored_IsNotSentAndMovesNoPlace(long place)
    {
        Store(0, 4);
        _store.Rows[place] = SinkSample.Stored(TestRecords.Disclosure(), place);
        var feed = Feed();
        await DrainAsync(feed);
        Assert.Equal([0L, 1, 2, 3, 4], _sink.Received);

        _store.Rows.Remove(6);
        Store(5, 7);
        Assert.Equal(3L, feed.Status.Lag);
        await DrainAsync(feed);
        Assert.Equal([0L, 1, 2, 3, 4, 5, 6, 7], _sink.Received);
        Assert.Equal((0L, 0L, null), (feed.Status.Lag, feed.Status.Gaps, feed.Status.LastError));
    }

    [Fact]
    public async Task Open_PlaceThatTheLogHasNotReached_SendsEverythingAgain()
    {
        Store(0, 2);
        await File.WriteAllTextAsync(Path.Combine(_folder, "soc.cursor"), $$"""{"{{SinkSample.Log}}":1000000000001}""");
        await DrainAsync(Feed());

        Assert.Equal([0L, 1, 2], _sink.Received);
    }

    // A standby that lagged took over: the shipper stores behind what it lacks, then sees that, and sends it again.
    [Fact]
    public async Task Step_RecordsThatTheStoreLostAndIsGivenAgain_AreSentOn()
    {
        Store(0, 9);
        Lose(2, 5);
        var feed = Feed();
        await DrainAsync(feed);
        Assert.Equal([0L, 1], _sink.Received);
        Assert.Equal(8L, feed.Status.Lag);

        Store(2, 5);
        await DrainAsync(feed);
        Assert.Equal([0L, 1, 2, 3, 4, 5, 6, 7, 8, 9], _sink.Received);
        Assert.Equal(0L, feed.Status.Gaps);
    }

    [Fact]
    public async Task Step_RecordsThatNeitherStoreNorJournalHas_ArePassedOverAndCounted()
    {
        Store(0, 9);
        Lose(2, 5);
        _first = 5;
        var feed = Feed();
        await DrainAsync(feed);

        // The last of them may still come.
        Assert.Equal([0L, 1], _sink.Received);
        Assert.Equal(3L, feed.Status.Gaps);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await DrainAsync(feed);
        Assert.Equal([0L, 1, 6, 7, 8, 9], _sink.Received);
        Assert.Equal((4L, 0L), (feed.Status.Gaps, feed.Status.Lag));
    }

    // Of a month that was deleted but for what is held there is a hole before each of these: not a minute for each.
    [Fact]
    public async Task Step_ManyHolesThatStay_AreWaitedForAtOnce()
    {
        Store(0, 9);
        Lose(1, 2);
        Lose(4, 5);
        Lose(7, 8);
        var feed = Feed();
        await DrainAsync(feed);
        Assert.Equal([0L], _sink.Received);

        _clock.Advance(TimeSpan.FromMinutes(1));
        await DrainAsync(feed);
        Assert.Equal([0L, 3, 6, 9], _sink.Received);
        Assert.Equal((6L, 0L), (feed.Status.Gaps, feed.Status.Lag));

        // What is lost later is waited for anew.
        Store(10, 13);
        Lose(11, 12);
        await DrainAsync(feed);
        Assert.Equal([0L, 3, 6, 9, 10], _sink.Received);
        Store(11, 12);
        await DrainAsync(feed);
        Assert.Equal([0L, 3, 6, 9, 10, 11, 12, 13], _sink.Received);
    }

    // Whoever ships may add a second row, of another time, to a place: it keeps from being sent neither the record nor what is behind it.
    [Fact]
    public async Task Step_TwoRowsInOnePlace_AreBothSentOn()
    {
        Store(0, 4);
        for (var row = 5L; row > 2; row--)
        {
            _store.Rows[row] = _store.Rows[row - 1];
        }

        _store.Rows[2] = SinkSample.Stored(TestRecords.Disclosure("p-of-nobody"), 1);
        await DrainAsync(Feed());

        Assert.Equal([0L, 1, 1, 2, 3, 4], _sink.Received);
    }

    [Fact]
    public async Task Step_NewestRecordsNotThereYet_AreWaitedForHoweverLongItTakes()
    {
        Store(0, 4);
        Lose(3, 4);
        var feed = Feed();
        await DrainAsync(feed);
        _clock.Advance(TimeSpan.FromHours(1));
        await DrainAsync(feed);
        Assert.Equal([0L, 1, 2], _sink.Received);
        Assert.Equal(0L, feed.Status.Gaps);

        Store(3, 4);
        await DrainAsync(feed);
        Assert.Equal([0L, 1, 2, 3, 4], _sink.Received);
    }

    // Syslog acknowledges nothing: what was sent a moment ago is sent again when the connection breaks, whatever the wall clock says.
    [Fact]
    public async Task Step_WallClockThatJumps_ConfirmsNothing()
    {
        Store(0, 2);
        var clock = new JumpingClock();
        var sink = new FakeSink(acknowledges: false);
        var feed = Feed(sink, clock);
        await feed.StepAsync(default);
        clock.Wall += TimeSpan.FromHours(1);
        await feed.StepAsync(default);
        sink.HasClosed = true;
        await feed.StepAsync(default);
        await feed.StepAsync(default);
        Assert.Equal([0L, 1, 2, 0, 1, 2], sink.Received);

        // What is older than that by the steady clock is received, also where the wall clock went back.
        clock.Wall -= TimeSpan.FromHours(2);
        clock.Steady += _options.Resend;
        await feed.StepAsync(default);
        Assert.Equal(0L, feed.Status.Lag);
    }

    private void Store(long from, long to)
    {
        for (var sequence = from; sequence <= to; sequence++)
        {
            _store.Rows[sequence] = SinkSample.Stored(TestRecords.Disclosure(), sequence);
        }

        _shipped = Math.Max(_shipped, to);
    }

    private void Lose(long from, long to)
    {
        for (var sequence = from; sequence <= to; sequence++)
        {
            _store.Rows.Remove(sequence);
        }
    }

    private SinkFeed Feed() => Feed(_sink, _clock);

    private SinkFeed Feed(FakeSink sink, TimeProvider clock) =>
        new(
            _options,
            sink,
            new SinkTrail(_store, "gw-01", SinkSample.Log, () => _shipped, () => _shipped, () => _first),
            new SinkEventReader(SinkSample.Pseudonym),
            Path.Combine(_folder, "soc.cursor"),
            clock
        );

    private async Task DrainAsync(SinkFeed feed)
    {
        for (var i = 0; i < 8; i++)
        {
            await feed.StepAsync(default);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private sealed class JumpingClock : TimeProvider
    {
        public DateTimeOffset Wall { get; set; } = TestRecords.Noon;

        public TimeSpan Steady { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => Steady.Ticks;
    }
}
