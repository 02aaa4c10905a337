namespace PhiGateway.Gateway.Trail;

/// <summary>
/// A token bucket: allows so many refusals a second and so many at once. Not thread-safe; used under the lock of <see cref="RefusalFold"/>.
/// </summary>
internal sealed class RefusalBucket(long perSecond, long atOnce)
{
    private double _left = atOnce;
    private TimeSpan _seen;

    /// <summary>Takes one when there is one.</summary>
    /// <param name="now">On a clock that only goes forward.</param>
    public bool TryTake(TimeSpan now)
    {
        Refill(now);
        if (_left < 1)
        {
            return false;
        }

        _left--;
        return true;
    }

    /// <summary>Whether nothing is missing.</summary>
    public bool IsFull(TimeSpan now)
    {
        Refill(now);
        return _left >= atOnce;
    }

    private void Refill(TimeSpan now)
    {
        if (now > _seen)
        {
            _left = Math.Min(atOnce, _left + ((now - _seen).TotalSeconds * perSecond));
            _seen = now;
        }
    }
}
