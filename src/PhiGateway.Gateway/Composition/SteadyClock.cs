namespace PhiGateway.Gateway.Composition;

/// <summary>
/// The node's time: the wall clock's, as long as that does not go back. One that is set back is not followed; time goes on by the steady
/// clock from the latest moment that was seen, so that nothing that had expired here becomes good again.
/// </summary>
/// <remarks>Thread-safe. Made once per process; the journal watches the wall clock itself and records its steps.</remarks>
/// <param name="source">Wall clock and steady clock.</param>
internal sealed class SteadyClock(TimeProvider source) : TimeProvider
{
    // What the two may differ by before the moment to count from is taken anew.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    private Moment _from = new(source.GetUtcNow(), source.GetTimestamp());

    public override long TimestampFrequency => source.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => source.LocalTimeZone;

    public override DateTimeOffset GetUtcNow()
    {
        while (true)
        {
            var from = Volatile.Read(ref _from);
            var wall = source.GetUtcNow();
            var steady = source.GetTimestamp();
            var counted = from.Wall + source.GetElapsedTime(from.Steady, steady);
            if (wall <= counted)
            {
                return counted;
            }

            if (wall - counted < Step || ReferenceEquals(Interlocked.CompareExchange(ref _from, new Moment(wall, steady), from), from))
            {
                return wall;
            }
        }
    }

    public override long GetTimestamp() => source.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        source.CreateTimer(callback, state, dueTime, period);

    private sealed record Moment(DateTimeOffset Wall, long Steady);
}
