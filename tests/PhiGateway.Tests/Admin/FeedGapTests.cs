using PhiGateway.Admin.Trail;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Sinks;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A forwarder goes on behind records that a store has lost, has those that come again, and is held up by no row far behind a log.</summary>
public sealed class FeedGapTests
{
    private string? _cursor;

    [Fact]
    public async Task Feed_BehindRecordsLostForGood_GoesOn()
    {
        await using var server = await AdminServer.StartAsync();
        Store(server, 0, 2, mark: 2);
        Store(server, 6, 8, mark: 2);
        Assert.Equal([0L, 1, 2, 6, 7, 8], await ReadAsync(server));

        Store(server, 9, 10, mark: 2);
        Assert.Equal([9L, 10], await ReadAsync(server));
    }

    [Fact]
    public async Task Feed_RecordsThatTheStoreIsGivenAgain_AreHandedOutOnce()
    {
        await using var server = await AdminServer.StartAsync();
        Store(server, 0, 2, mark: 2);
        Store(server, 6, 8, mark: 2);
        _ = await ReadAsync(server);

        Store(server, 3, 4, mark: 4);
        Assert.Equal([3L, 4], await ReadAsync(server));
        Store(server, 5, 5, mark: 8);
        Assert.Equal([5L], await ReadAsync(server));
        Store(server, 9, 9, mark: 9);
        Assert.Equal([9L], await ReadAsync(server));
    }

    [Theory]
    [InlineData(1_000_000_000_000)]
    [InlineData(long.MaxValue)]
    public async Task Feed_RowFarBehindTheLog_HoldsNothingUp(long far)
    {
        await using var server = await AdminServer.StartAsync();
        Store(server, 0, 2, mark: 2);
        Store(server, far, far, mark: 2);
        Assert.Equal([0L, 1, 2, far], await ReadAsync(server));

        Store(server, 3, 5, mark: 5);
        Assert.Equal([3L, 4, 5], await ReadAsync(server));
    }

    // What is written from then on comes into a gap that stands behind another, and leaves some of its own: before, it was not handed out.
    [Fact]
    public async Task Feed_RowFarBehindALogThatHasLostRecords_HoldsNothingUp()
    {
        await using var server = await AdminServer.StartAsync();
        Store(server, 0, 2, mark: 2);
        Store(server, 6, 8, mark: 2);
        Store(server, 1_000_000, 1_000_000, mark: 2);
        Assert.Equal([0L, 1, 2, 6, 7, 8, 1_000_000], await ReadAsync(server));

        Store(server, 9, 10, mark: 2);
        Assert.Equal([9L, 10], await ReadAsync(server));
        Store(server, 13, 14, mark: 2);
        Assert.Equal([13L, 14], await ReadAsync(server));
        Store(server, 3, 5, mark: 10);
        Assert.Equal([3L, 4, 5], await ReadAsync(server));
        Store(server, 11, 12, mark: 14);
        Assert.Equal([11L, 12], await ReadAsync(server));
    }

    // Whoever ships may put rows into a gap without end: the place is read again, and what is written honestly is handed out.
    [Fact]
    public async Task Feed_RowsWithoutEndInAGap_MakeNoMoreGapsThanAPlaceNames()
    {
        await using var server = await AdminServer.StartAsync();
        Store(server, 0, 0, mark: 0);
        Store(server, 1_000_000, 1_000_000, mark: 0);
        _ = await ReadAsync(server);
        for (var far = 1; far <= FeedCursor.MostGaps + 3; far++)
        {
            Store(server, far * 100, far * 100, mark: 0);
        }

        Assert.Equal(FeedCursor.MostGaps - 1, (await ReadAsync(server)).Count);
        Store(server, 1, 3, mark: 3);
        Assert.Equal([1L, 2, 3], await ReadAsync(server));
    }

    // What is missing before the end of what was stored whole was deleted with its month: nobody waits for it.
    [Fact]
    public async Task Feed_MonthsThatWereDeleted_LeaveNoGap()
    {
        await using var server = await AdminServer.StartAsync();
        Store(server, 5, 7, mark: 7);
        Assert.Equal([5L, 6, 7], await ReadAsync(server));

        Store(server, 2, 3, mark: 7);
        Assert.Empty(await ReadAsync(server));
    }

    [Fact]
    public async Task Feed_MoreGapsThanAPlaceNames_GoesOnAsTheFirstAreFilled()
    {
        await using var server = await AdminServer.StartAsync();
        Store(server, 0, 0, mark: 0);
        for (var far = 1; far <= FeedCursor.MostGaps + 3; far++)
        {
            Store(server, far * 100, far * 100, mark: 0);
        }

        Assert.Equal(FeedCursor.MostGaps + 1, (await ReadAsync(server)).Count);
        Store(server, 1, 99, mark: 100);
        var after = await ReadAsync(server);
        Assert.Equal(Enumerable.Range(1, 99).Select(static place => (long)place), after.Where(static place => place < 100));
        Assert.Equal([100L * (FeedCursor.MostGaps + 1)], after.Where(static place => place >= 100));
    }

    private static void Store(AdminServer server, long from, long to, long mark)
    {
        for (var sequence = from; ; sequence++)
        {
            server.Trail.Entries.Add(SinkSample.Stored(TestRecords.Disclosure(), sequence));
            if (sequence == to)
            {
                break;
            }
        }

        server.Trail.Watermarks[SinkSample.Log] = mark;
    }

    // To its end: some calls more than are needed.
    private async Task<List<long>> ReadAsync(AdminServer server)
    {
        var places = new List<long>();
        for (var call = 0; call < 4; call++)
        {
            var query = _cursor is null ? "limit=100" : "cursor=" + _cursor;
            var answer = await server.GetAsync("/admin/v1/audit/feed?" + query, "august");
            Assert.True(answer.Status == 200, answer.Text);
            _cursor = (string)answer.Json["next_cursor"]!;
            places.AddRange(answer.Json["items"]!.AsArray().Select(static item => (long)item!["sequence"]!));
        }

        return places;
    }
}
