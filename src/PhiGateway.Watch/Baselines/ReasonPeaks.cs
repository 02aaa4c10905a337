namespace PhiGateway.Watch.Baselines;

/// <summary>
/// How often a client was refused for one reason on its two worst days, in calls and in shares of all its calls of the day; for this
/// generation and the one before.
/// </summary>
internal sealed class ReasonPeaks(string reason)
{
    public string Reason { get; } = reason;

    /// <summary>Calls: the two greatest of this generation, then those of the one before.</summary>
    public int[] Calls { get; } = new int[4];

    /// <summary>Shares, in the same way.</summary>
    public float[] Shares { get; } = new float[4];

    /// <summary>Calls on a day that are still usual: the greatest day is set aside.</summary>
    public int UsualCalls => SecondOf(Calls);

    /// <summary>Share of a day's calls that is still usual.</summary>
    public float UsualShare => SecondOf(Shares);

    /// <summary>Whether nothing is known of it any more.</summary>
    public bool IsEmpty => Calls is [0, _, 0, _];

    public void Note(int calls, float share)
    {
        Note(Calls, calls);
        Note(Shares, share);
    }

    /// <summary>Begins a generation.</summary>
    public void Age()
    {
        Age(Calls);
        Age(Shares);
    }

    private static void Note<T>(T[] values, T value)
        where T : IComparable<T>
    {
        if (value.CompareTo(values[0]) > 0)
        {
            (values[0], values[1]) = (value, values[0]);
        }
        else if (value.CompareTo(values[1]) > 0)
        {
            values[1] = value;
        }
    }

    private static void Age<T>(T[] values)
        where T : struct => (values[2], values[3], values[0], values[1]) = (values[0], values[1], default, default);

    private static T SecondOf<T>(T[] values)
        where T : IComparable<T>
    {
        T[] sorted = [.. values];
        Array.Sort(sorted);
        return sorted[2];
    }
}
