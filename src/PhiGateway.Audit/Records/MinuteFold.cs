namespace PhiGateway.Audit.Records;

/// <summary>
/// Bounds how many records of one sort are written in a minute of the clock: so many stand one by one, the rest are counted, and the first
/// one of a later minute says how many it stands for. Used by trails that somebody outside can make write.
/// </summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="time">Clock.</param>
/// <param name="most">Records of a minute that stand one by one.</param>
/// <param name="word">What they are, in the plural, such as <c>refusals</c>.</param>
public sealed class MinuteFold(TimeProvider time, int most, string word)
{
    private readonly Lock _lock = new();
    private long _minute;
    private int _taken;
    private int _folded;

    /// <summary>Whether a record has a place of its own; where it has none, it is counted.</summary>
    /// <param name="note">What the record has to say of those before it; null: nothing.</param>
    public bool TryTake(out string? note)
    {
        note = null;
        lock (_lock)
        {
            var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
            if (minute != _minute)
            {
                note = _folded > 0 ? $"{_folded} further {word} of an earlier minute were counted, not recorded." : null;
                (_minute, _taken, _folded) = (minute, 0, 0);
            }

            if (_taken >= most)
            {
                _folded++;
                return false;
            }

            _taken++;
            return true;
        }
    }
}
