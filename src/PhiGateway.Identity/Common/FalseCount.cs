namespace PhiGateway.Identity.Common;

/// <summary>
/// Counts what does not hold, such as signatures, at a rate and ten seconds of it at once; kept by those who bound how many they look at.
/// </summary>
/// <remarks>Not thread-safe: under the lock of who keeps it.</remarks>
public sealed class FalseCount
{
    // A key that was changed on one side only is nothing strange.
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(10);

    private TimeSpan _until;

    /// <summary>When something of the same place held last; set by who keeps it.</summary>
    public TimeSpan LastGood { get; set; }

    /// <summary>Counts one.</summary>
    /// <param name="perSecond">The rate.</param>
    /// <param name="now">A clock that never goes back.</param>
    public void Note(int perSecond, TimeSpan now)
    {
        var next = (_until > now ? _until : now) + (TimeSpan.FromSeconds(1) / perSecond);
        // What was under way beside the last that fitted keeps nobody waiting for long.
        _until = next < now + (2 * Burst) ? next : now + (2 * Burst);
    }

    /// <summary>How long the next must wait; zero: it need not.</summary>
    public TimeSpan WaitAt(TimeSpan now) => _until > now + Burst ? _until - now - Burst : TimeSpan.Zero;

    /// <summary>Whether nothing is known any more.</summary>
    public bool IsIdle(TimeSpan now) => _until <= now;
}
