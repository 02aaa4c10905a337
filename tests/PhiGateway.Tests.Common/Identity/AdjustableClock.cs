namespace PhiGateway.Tests.Common.Identity;

/// <summary>A clock that only moves when a test moves it.</summary>
internal sealed class AdjustableClock : TimeProvider
{
    private long _steady;
    private DateTimeOffset _now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _steady;

    /// <summary>Moves the wall clock; the steady clock goes with it, but never back.</summary>
    public void Advance(TimeSpan time)
    {
        _now += time;
        _steady += Math.Max(0, time.Ticks);
    }
}
