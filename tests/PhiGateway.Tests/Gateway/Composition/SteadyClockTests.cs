using PhiGateway.Gateway.Composition;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

/// <summary>A wall clock that is set back makes nothing good again that had expired.</summary>
public sealed class SteadyClockTests
{
    private readonly TwoHands _hands = new();

    [Fact]
    public void GetUtcNow_WallClockThatGoesOn_IsTheWallClock()
    {
        var clock = new SteadyClock(_hands);
        _hands.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal(_hands.Wall, clock.GetUtcNow());

        _hands.Wall += TimeSpan.FromHours(1);
        Assert.Equal(_hands.Wall, clock.GetUtcNow());
    }

    [Fact]
    public void GetUtcNow_WallClockSetBack_GoesOnByTheSteadyOne()
    {
        var clock = new SteadyClock(_hands);
        var before = clock.GetUtcNow();

        _hands.Wall -= TimeSpan.FromHours(1);
        Assert.Equal(before, clock.GetUtcNow());
        _hands.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(before + TimeSpan.FromSeconds(30), clock.GetUtcNow());

        _hands.Wall += TimeSpan.FromHours(2);
        Assert.Equal(_hands.Wall, clock.GetUtcNow());
    }

    [Fact]
    public async Task Authenticate_TokenSeenExpiredAndTheClockSetBack_StaysExpired()
    {
        using var host = new IdentityHost(static clock => new SteadyClock(clock));
        var token = "Bearer " + host.Recipe().Sign();
        Assert.Null((await host.AuthenticateAsync(token)).Refusal);

        host.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(DenyReason.ExpiredToken, (await host.AuthenticateAsync(token)).Refusal);
        host.Clock.Advance(TimeSpan.FromMinutes(-6));
        Assert.Equal(DenyReason.ExpiredToken, (await host.AuthenticateAsync(token)).Refusal);
    }

    /// <summary>Wall clock and steady clock, each by itself.</summary>
    private sealed class TwoHands : TimeProvider
    {
        private TimeSpan _steady;

        public DateTimeOffset Wall { get; set; } = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => _steady.Ticks;

        public void Pass(TimeSpan time) => (Wall, _steady) = (Wall + time, _steady + time);
    }
}
