using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Tests.Audit.Shipping;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Sinks;

/// <summary>The stored trail on its way to a receiver: once at least, in order, whatever fails in between.</summary>
public sealed class SinkFeedTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-sinks-").FullName;
    private readonly MemoryAuditStore _store = new();
    private readonly ManualClock _clock = new();
    private readonly SinkOptions _options = new() { Name = "soc", BatchRecords = 3 };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Step_ReceiverAway_SendsEverythingOnceItIsBack()
    {
        Store(0, 7);
        var sink = new FakeSink(acknowledges: true) { IsDown = true };
        var feed = Feed(sink);
        await DrainAsync(feed);

        Assert.Empty(sink.Received);
        Assert.Equal((8L, "It is down."), (feed.Status.Lag, feed.Status.LastError));
        sink.IsDown = false;
        await DrainAsync(feed);

        Assert.Equal(Enumerable.Range(0, 8).Select(static number => (long)number), sink.Received);
        Assert.Equal((0L, null, TimeSpan.Zero), (feed.Status.Lag, feed.Status.LastError, feed.Status.Behind));
    }

    [Fact]
    public async Task Step_BatchThatWasNotTaken_ComesAgainAsItWas_WhateverHasComeSince()
    {
        Store(0, 1);
        var sink = new FakeSink(acknowledges: true) { IsDown = true };
        var feed = Feed(sink);
        await feed.StepAsync(default);
        Store(2, 4);
        await feed.StepAsync(default);
        sink.IsDown = false;
        await DrainAsync(feed);

        Assert.Equal(["0-1", "0-1", "0-1", "2-4"], sink.Batches);
        Assert.Equal([0L, 1, 2, 3, 4], sink.Received);
    }

    [Fact]
    public async Task Step_AfterARestart_GoesOnWhereTheReceiverIsKnownToBe()
    {
        Store(0, 4);
        var first = new FakeSink(acknowledges: true);
        await DrainAsync(Feed(first));
        Store(5, 6);
        var second = new FakeSink(acknowledges: true);
        await DrainAsync(Feed(second));

        Assert.Equal([0L, 1, 2, 3, 4], first.Received);
        Assert.Equal([5L, 6], second.Received);
    }

    [Fact]
    public async Task Step_ConnectionThatAcknowledgesNothingBreaks_SendsTheLastOfItAgain()
    {
        Store(0, 2);
        var sink = new FakeSink(acknowledges: false);
        var feed = Feed(sink);
        await DrainAsync(feed);
        _clock.Advance(_options.Resend);
        await DrainAsync(feed);
        Store(3, 5);
        await DrainAsync(feed);
        sink.HasClosed = true;
        await DrainAsync(feed);
        await DrainAsync(feed);

        // What was sent long ago is not sent again; what was on its way is.
        Assert.Equal([0L, 1, 2, 3, 4, 5, 3, 4, 5], sink.Received);
        Assert.Equal(1, sink.Breaks);
        Assert.Equal(3L, feed.Status.Lag);
    }

    [Fact]
    public async Task Step_StoreAway_IsToldWithoutItsWords()
    {
        Store(0, 0);
        var sink = new FakeSink(acknowledges: true);
        var feed = Feed(sink);
        await DrainAsync(feed);
        Store(1, 1);
        _store.Down = true;
        await feed.StepAsync(default);

        Assert.DoesNotContain("secret", feed.Status.LastError, StringComparison.Ordinal);
        _store.Down = false;
        await DrainAsync(feed);
        Assert.Equal([0L, 1], sink.Received);
    }

    [Fact]
    public async Task Step_RecordsGoneFromTheStore_ArePassedOverAndCounted()
    {
        Store(4, 6);
        var sink = new FakeSink(acknowledges: true);
        var feed = Feed(sink);
        await DrainAsync(feed);

        Assert.Equal([4L, 5, 6], sink.Received);
        Assert.Equal(4L, feed.Status.Gaps);
    }

    [Fact]
    public async Task Step_KindsNamed_SendsOnlyThose()
    {
        Store(0, 3);
        _store.Rows[2] = SinkSample.Stored(TestRecords.Denial(), 2);
        _options.Kinds = ["decision"];
        var sink = new FakeSink(acknowledges: true);
        await DrainAsync(Feed(sink));

        Assert.Equal([2L], sink.Received);
    }

    [Fact]
    public async Task Step_StartNow_LeavesOutWhatWasThere_AndABrokenCursorSendsAll()
    {
        Store(0, 3);
        _options.Start = "Now";
        var sink = new FakeSink(acknowledges: true);
        var feed = Feed(sink);
        await DrainAsync(feed);
        Store(4, 4);
        await DrainAsync(feed);
        Assert.Equal([4L], sink.Received);

        await File.WriteAllTextAsync(Path.Combine(_folder, "soc.cursor"), "{");
        var again = new FakeSink(acknowledges: true);
        await DrainAsync(Feed(again));
        Assert.Equal([0L, 1, 2, 3, 4], again.Received);
    }

    [Fact]
    public async Task Step_RecordNobodyCanRead_StopsNothing()
    {
        Store(0, 2);
        _store.Rows[1] = SinkSample.Unreadable(1);
        var sink = new FakeSink(acknowledges: true);
        await DrainAsync(Feed(sink));

        Assert.Equal([0L, 1, 2], sink.Received);
    }

    private void Store(long from, long to)
    {
        for (var sequence = from; sequence <= to; sequence++)
        {
            _store.Rows[sequence] = SinkSample.Stored(TestRecords.Disclosure(), sequence);
        }
    }

    private SinkFeed Feed(FakeSink sink) =>
        new(
            _options,
            sink,
            new SinkTrail(_store, "gw-01", SinkSample.Log, Last, Last),
            new SinkEventReader(SinkSample.Pseudonym),
            Path.Combine(_folder, "soc.cursor"),
            _clock
        );

    private long Last() => _store.Rows.Count == 0 ? -1 : _store.Rows.Keys.Max();

    // Some tries more than are needed: one that has nothing to do does nothing.
    private async Task DrainAsync(SinkFeed feed)
    {
        for (var i = 0; i < 8; i++)
        {
            await feed.StepAsync(default);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
