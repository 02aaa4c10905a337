using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>One log that cannot be read stops the reading of no other, and somebody is told; a store that is away is a fault of the round.</summary>
public sealed class UnreadLogTests
{
    private readonly FakeAuditStore _trail = new();
    private readonly List<AuditEntry> _taken = [];

    public UnreadLogTests()
    {
        _trail.Entries.Add(WatchEventReaderTests.Entry(TestRecords.Disclosure(), 0, "gw-01/x"));
        _trail.Entries.Add(WatchEventReaderTests.Entry(TestRecords.Disclosure(), 0, "x/1"));
    }

    [Fact]
    public async Task Read_WithALogThatCannotBeRead_GivesTheOthers_TellsOnce_AndGoesOnWhenItCan()
    {
        var feed = new TrailFeed(_trail);
        _trail.Unreadable = "x/1";
        var told = new List<Finding>();
        for (var round = 0; round < 6; round++)
        {
            _trail.Entries.Add(WatchEventReaderTests.Entry(TestRecords.Disclosure(), round + 1, "gw-01/x"));
            await ReadAsync(feed);
            told.AddRange(feed.FindUnread(TestRecords.Noon));
        }

        Assert.Equal(7, _taken.Count);
        Assert.All(_taken, static entry => Assert.Equal("gw-01/x", entry.Log));
        var finding = Assert.Single(told);
        Assert.Equal(("log-unread", "log/x/1", FindingSeverity.High), (finding.Rule, finding.Subject, finding.Severity));

        _trail.Unreadable = null;
        await ReadAsync(feed);
        Assert.Equal("x/1", _taken[^1].Log);
        Assert.Empty(feed.FindUnread(TestRecords.Noon));
    }

    [Fact]
    public async Task Read_WithALogThatIsBrokenForAMoment_TellsNothing()
    {
        var feed = new TrailFeed(_trail);
        foreach (var unreadable in new[] { "x/1", "x/1", null, "x/1", "x/1" })
        {
            _trail.Unreadable = unreadable;
            _trail.Entries.Add(WatchEventReaderTests.Entry(TestRecords.Disclosure(), _trail.Entries.Count, "gw-01/x"));
            await ReadAsync(feed);
            Assert.Empty(feed.FindUnread(TestRecords.Noon));
        }
    }

    [Fact]
    public async Task Read_WhereNothingCanBeRead_IsAFaultAndTakesNothing()
    {
        var feed = new TrailFeed(_trail);
        _trail.BeforeRead = static _ => throw new TimeoutException();
        await Assert.ThrowsAsync<TimeoutException>(() => ReadAsync(feed));
        Assert.Empty(_taken);

        _trail.BeforeRead = static _ => null;
        await ReadAsync(feed);
        Assert.Equal(2, _taken.Count);
    }

    private Task<int> ReadAsync(TrailFeed feed) => feed.ReadAsync(_taken.Add, 100, CancellationToken.None);
}
