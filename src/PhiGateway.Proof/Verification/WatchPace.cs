namespace PhiGateway.Proof.Verification;

/// <summary>
/// How fast <see cref="LogWatch"/> goes through its log: within a day, and without pauses where the store went back and all of it is compared
/// anew. Thread-safe.
/// </summary>
internal sealed class WatchPace(LogWatchOptions options, TimeProvider clock)
{
    // Slices that follow one another without a pause.
    private const int MostSlices = 50;

    private static readonly TimeSpan LongestRound = TimeSpan.FromDays(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private bool _isAsked;
    private DateTimeOffset? _since;

    /// <summary>Since when the store is compared anew; null: it is not.</summary>
    public DateTimeOffset? Since
    {
        get
        {
            lock (_lock)
            {
                return _since;
            }
        }
    }

    /// <summary>The next slice is the first of all.</summary>
    public void Ask()
    {
        lock (_lock)
        {
            _isAsked = true;
        }
    }

    /// <summary>Whether that was asked for since the last time; then it is now.</summary>
    public bool Begin()
    {
        lock (_lock)
        {
            if (!_isAsked)
            {
                return false;
            }

            (_isAsked, _since) = (false, clock.GetUtcNow());
            return true;
        }
    }

    /// <summary>It has come to the end of the log; whether that was of a store that was compared anew.</summary>
    public bool End()
    {
        lock (_lock)
        {
            var was = _since is not null;
            _since = null;
            return was;
        }
    }

    /// <summary>So many slices at a time that a log of a size is gone through within a day.</summary>
    public int SlicesOf(long size)
    {
        var ofRound = size / (double)options.Records;
        var passes = LongestRound / options.Interval;
        return (int)Math.Clamp(Math.Ceiling(ofRound / passes), 1, MostSlices);
    }

    /// <summary>The pause behind slices that took some time: of a store that is compared anew as long as they took, which is half of the time.</summary>
    /// <param name="took">What they took.</param>
    /// <param name="isToWait">What they found is looked at again, and is given the time in which it may come right.</param>
    public TimeSpan PauseAfter(TimeSpan took, bool isToWait)
    {
        lock (_lock)
        {
            if ((!_isAsked && _since is null) || isToWait || took > options.Interval)
            {
                return options.Interval;
            }
        }

        return took > ShortestPause ? took : ShortestPause;
    }
}
