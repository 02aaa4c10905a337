using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>Detection reads what comes into places that it had passed: sent again after a failover, or before a row that nobody wrote honestly.</summary>
public sealed class PassedPlaceTests
{
    private readonly FakeAuditStore _trail = new();
    private readonly List<AuditEntry> _taken = [];

    // Whoever ships may add a row of any place: before, the last there can be ended detection on every node, any other this log's.
    [Theory]
    [InlineData(1_000_000_000_000)]
    [InlineData(long.MaxValue)]
    public async Task Read_BehindARowFarOff_GivesWhatIsWrittenAfterwards(long far)
    {
        var feed = new TrailFeed(_trail);
        Store(0, 2);
        _trail.Entries.Add(WatchEventReaderTests.Entry(TestRecords.Disclosure(), far));
        await ReadAsync(feed);
        Assert.Equal([0L, 1, 2, far], Places());

        Store(3, 5);
        await ReadAsync(feed);
        await ReadAsync(feed);
        Assert.Equal([0L, 1, 2, far, 3, 4, 5], Places());
    }

    [Fact]
    public async Task Read_RecordsThatTheStoreLostAndIsGivenAgain_GivesThemOnce()
    {
        var feed = new TrailFeed(_trail);
        Store(0, 1);
        Store(6, 7);
        await ReadAsync(feed);
        Store(4, 5);
        await ReadAsync(feed);
        Store(2, 3);
        await ReadAsync(feed);
        Store(8, 8);
        await ReadAsync(feed);

        Assert.Equal([0L, 1, 6, 7, 4, 5, 2, 3, 8], Places());
        Assert.Empty(feed.Holes);
    }

    [Fact]
    public async Task Read_AfterARestart_StillLooksIntoWhatWasPassed()
    {
        var before = new TrailFeed(_trail);
        Store(0, 1);
        Store(6, 7);
        await ReadAsync(before);
        using var stream = new MemoryStream();
        WatchState.Write(stream, before, new Detector(new Nobody(), []), []);
        var after = new TrailFeed(_trail);
        WatchState.Read(new MemoryStream(stream.ToArray()), after, new Detector(new Nobody(), []));
        Assert.Equal(new PlaceHole(2, 6), Assert.Single(after.Holes).Value);

        Store(2, 5);
        await ReadAsync(after);
        Assert.Equal([0L, 1, 6, 7, 2, 3, 4, 5], Places());

        // A file of the version before has the places, and no holes.
        var file = stream.ToArray();
        file[0] = 4;
        var upgraded = new TrailFeed(_trail);
        WatchState.Read(new MemoryStream(file), upgraded, new Detector(new Nobody(), []));
        Assert.Equal(8L, Assert.Single(upgraded.Places).Value);
        Assert.Empty(upgraded.Holes);
    }

    // Each hole is asked about in each round: so many, and what stands behind the last waits.
    [Fact]
    public async Task Read_RowsFarOffWithoutEnd_LeaveTheLogItself()
    {
        var feed = new TrailFeed(_trail);
        Store(0, 0);
        for (var i = 1; i <= LogCursor.MostHoles + 10; i++)
        {
            Store(i * 1000, i * 1000);
        }

        await ReadAsync(feed);
        Assert.Equal(LogCursor.MostHoles + 1, _taken.Count);
        Store(1, 3);
        await ReadAsync(feed);
        Assert.Equal([1L, 2, 3], Places()[^3..]);

        // Not in silence: after some rounds it is told, once.
        var told = new List<Finding>();
        for (var round = 0; round < 5; round++)
        {
            await ReadAsync(feed);
            told.AddRange(feed.FindUnread(TestRecords.Noon));
        }

        Assert.Equal(UnreadLog.Rule, Assert.Single(told).Rule);
    }

    // Records of a month that was deleted stood among those of the next: what is missing up to where the store once had everything will not come.
    [Fact]
    public async Task Read_PlacesThatWereDeleted_AreNoHoles()
    {
        const int Rows = LogCursor.MostHoles + 10;
        var feed = new TrailFeed(_trail);
        for (var i = 1; i <= Rows; i++)
        {
            Store(i * 2, i * 2);
        }

        _trail.Watermarks[_trail.Entries[0].Log] = Rows * 2;
        await ReadAsync(feed);
        Assert.Equal(Rows, _taken.Count);
        Assert.Empty(feed.Holes);

        // Behind it what is missing may come.
        Store((Rows * 2) + 5, (Rows * 2) + 5);
        await ReadAsync(feed);
        Assert.Equal(new PlaceHole((Rows * 2) + 1, (Rows * 2) + 5), Assert.Single(feed.Holes).Value);

        // It came, was read by others, and was deleted since.
        _trail.Watermarks[_trail.Entries[0].Log] = (Rows * 2) + 5;
        await ReadAsync(feed);
        Assert.Empty(feed.Holes);
        Assert.Empty(feed.FindUnread(TestRecords.Noon));
    }

    // The same in front of a row far off, where each of them parts a hole in two.
    [Fact]
    public async Task Read_RowsWithoutEndInAHole_MakeNoMoreHolesThanThat()
    {
        var feed = new TrailFeed(_trail);
        Store(0, 0);
        Store(1_000_000, 1_000_000);
        await ReadAsync(feed);
        for (var i = 1; i <= LogCursor.MostHoles + 10; i++)
        {
            Store(i * 1000, i * 1000);
        }

        await ReadAsync(feed);
        Assert.Equal(LogCursor.MostHoles, feed.Holes.Count());
        Store(1, 3);
        await ReadAsync(feed);
        Assert.Equal([1L, 2, 3], Places()[^3..]);
    }

    // Rows within a hole part it: no more are taken than holes are remembered, and what is written honestly fills it from its front.
    [Fact]
    public async Task Read_RowsWithinAHoleWithoutEnd_PartItIntoSoManyOnly()
    {
        var feed = new TrailFeed(_trail);
        Store(0, 0);
        Store(1_000_000, 1_000_000);
        await ReadAsync(feed);
        for (var i = 1; i <= LogCursor.MostHoles + 100; i++)
        {
            Store(i * 1000, i * 1000);
        }

        for (var round = 0; round < 5; round++)
        {
            await ReadAsync(feed);
            Assert.InRange(feed.Holes.Count(), 1, LogCursor.MostHoles);
        }

        Store(1, 3);
        await ReadAsync(feed);
        Assert.Equal([1L, 2, 3], Places()[^3..]);
        Assert.Equal(_taken.Count, Places().Distinct().Count());
    }

    private void Store(long from, long to)
    {
        for (var sequence = from; sequence <= to; sequence++)
        {
            _trail.Entries.Add(WatchEventReaderTests.Entry(TestRecords.Disclosure(), sequence));
        }
    }

    private List<long> Places() => _taken.ConvertAll(static entry => entry.Sequence);

    private Task<int> ReadAsync(TrailFeed feed) => feed.ReadAsync(_taken.Add, 1000, CancellationToken.None);
}
