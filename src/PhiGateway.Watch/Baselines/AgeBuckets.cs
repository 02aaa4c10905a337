namespace PhiGateway.Watch.Baselines;

/// <summary>How old a client's tokens are when it uses them, in powers of two of minutes: of each on how many days it was seen.</summary>
internal sealed class AgeBuckets
{
    /// <summary>As many as a year has.</summary>
    public const int Count = 20;

    private const int Habit = 3;
    private const int Remembered = 63;

    // Four times as old as ever.
    private const int Beyond = 2;

    public int[] Days { get; } = new int[Count];

    public int[] LastDay { get; } = new int[Count];

    /// <summary>The greatest age that is usual, rounded up.</summary>
    public TimeSpan Longest => TimeSpan.FromMinutes(1L << Math.Max(Top() + 1, 0));

    public void Note(TimeSpan age, int day)
    {
        var bucket = Of(age);
        if (LastDay[bucket] != day)
        {
            Days[bucket] = day - LastDay[bucket] > Remembered ? 1 : Days[bucket] + 1;
            LastDay[bucket] = day;
        }
    }

    /// <summary>Whether it is several times more than what is usual; false while nothing is.</summary>
    public bool IsUnheardOf(TimeSpan age) => Top() is >= 0 and var top && Of(age) >= top + Beyond;

    private int Top()
    {
        for (var bucket = Count - 1; bucket >= 0; bucket--)
        {
            if (Days[bucket] >= Habit)
            {
                return bucket;
            }
        }

        return -1;
    }

    private static int Of(TimeSpan age) => Math.Min(age.TotalMinutes < 1 ? 0 : (int)Math.Log2(age.TotalMinutes), Count - 1);
}
