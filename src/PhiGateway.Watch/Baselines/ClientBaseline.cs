namespace PhiGateway.Watch.Baselines;

/// <summary>
/// How one client usually behaves, learned from its own records: kept over restarts, changed at the end of each of its days. Days on which a
/// rule held teach nothing, so that an attack does not become a habit.
/// </summary>
internal sealed class ClientBaseline
{
    /// <summary>In its first days everything about a client is new.</summary>
    public const int FirstDays = 14;

    /// <summary>Before that many days, which hold a month's end, nobody knows what is much for it.</summary>
    public const int LearningDays = 35;

    private const int MostDays = 56;
    private const int AnchorDays = 28;

    // Who was asleep shows nothing to measure growth from.
    private const int LeastAnchorDays = 10;

    // Of one day no more than this many spreads count: one night's batch is no drift.
    private const double MostSpreads = 3;
    private const double Slack = 5;

    public ClientBaseline(DateTimeOffset first) => (FirstSeen, LastSeen) = (first, first);

    public DateTimeOffset FirstSeen { get; init; }

    public DateTimeOffset LastSeen { get; set; }

    /// <summary>The longest silence that ended, in days.</summary>
    public double LongestGap { get; set; }

    public List<DaySummary> Days { get; } = [];

    public KnownWords Operations { get; } = new();

    public KnownWords Networks { get; } = new();

    public KnownWords Subjects { get; } = new();

    /// <summary>Hashes of the names of the programs that called.</summary>
    public KnownWords Programs { get; } = new();

    /// <summary>Shapes of its searches: which parameters they name, as hashes.</summary>
    public KnownWords Shapes { get; } = new();

    /// <summary>What its searches by POST name in their bodies, as hashes; records of before do not say it.</summary>
    public KnownWords Forms { get; } = new();

    /// <summary>Chains of actors through which it calls, as hashes, and that it calls by itself.</summary>
    public KnownWords Chains { get; } = new();

    public AgeBuckets TokenAges { get; } = new();

    public PatientMemory Patients { get; } = new();

    public HourSlots Slots { get; } = new();

    /// <summary>For which reasons it is refused, and how often.</summary>
    public ErrorMix Errors { get; } = new();

    /// <summary>How often it searches for patients and finds nobody.</summary>
    public SearchesForNobody Nobody { get; } = new();

    public BaselineLimits Limits { get; private set; }

    /// <summary>Patients that are expected to be new because somebody added them to its roster.</summary>
    public int Expected { get; set; }

    /// <summary>How far the new patients of the days run above the usual, summed up; zero when they do not.</summary>
    public double Drift { get; private set; }

    /// <summary>
    /// Distinct patients a week (without its two busiest days) in the busiest of the first weeks after an approval; 0: not yet known.
    /// What grows slowly is held against this, not against yesterday.
    /// </summary>
    public int Anchor { get; private set; }

    /// <summary>The approval behind the anchor.</summary>
    public DateTimeOffset? AnchoredTo { get; private set; }

    /// <summary>The day from which the next anchor is learned; -1: none is.</summary>
    public int AnchorFrom { get; private set; }

    /// <summary>Distinct patients of the last seven days, each day's summed up, without the two busiest.</summary>
    public int Week { get; private set; }

    public int FirstDay => DayOf(FirstSeen);

    public static int DayOf(DateTimeOffset at) => (int)(at.UtcTicks / TimeSpan.TicksPerDay);

    public double AgeAt(DateTimeOffset at) => (at - FirstSeen).TotalDays;

    /// <summary>From how many on the drift is too much.</summary>
    public double DriftLimit => (6 * Limits.SpreadNew) + 10;

    /// <summary>Ends a day.</summary>
    /// <param name="day">What it was.</param>
    /// <param name="approvedAt">When the client was last approved.</param>
    public void Close(DaySummary day, DateTimeOffset? approvedAt)
    {
        if (Days.Count >= MostDays)
        {
            Days.RemoveRange(0, Days.Count - MostDays + 1);
            Days.Capacity = MostDays;
        }

        Days.Add(day);

        Drift = day.IsFlagged ? 0 : Math.Max(0, Drift + ExcessOf(day.NewPatients));
        Expected -= Math.Min(Expected, day.NewPatients);
        Limits = BaselineLimits.Of(Days, FirstDay);
        Anchored(day.Day, approvedAt);
    }

    /// <summary>What a day with so many new patients adds to the drift.</summary>
    public double ExcessOf(int newPatients)
    {
        if (Limits.CountedDays < 10)
        {
            return 0;
        }

        var unexpected = Math.Max(0, newPatients - Expected);
        var most = (MostSpreads * Limits.SpreadNew) + Slack;
        return Math.Min(unexpected - Limits.UsualNew - Limits.SpreadNew - 1, most);
    }

    /// <summary>Takes back what was kept.</summary>
    public void Restore(IEnumerable<DaySummary> days, int expected, double drift, int anchor, DateTimeOffset? anchoredTo, int anchorFrom)
    {
        Days.AddRange(days);
        Limits = BaselineLimits.Of(Days, FirstDay);
        (Expected, Drift, Anchor, AnchoredTo, AnchorFrom) = (expected, drift, anchor, anchoredTo, anchorFrom);
        Week = Days.Count == 0 ? 0 : WeekTo(Days[^1].Day);
    }

    /// <summary>Takes back the largest answer of each day, the last day last; those of days before them are left as they are.</summary>
    public void RestoreCallRecords(IReadOnlyList<int> largest)
    {
        for (var back = 1; back <= Math.Min(Days.Count, largest.Count); back++)
        {
            Days[^back] = Days[^back] with { PeakCallRecords = largest[^back] };
        }

        Limits = BaselineLimits.Of(Days, FirstDay);
    }

    // Anew after each approval: what somebody approved is where growth is measured from.
    private void Anchored(int day, DateTimeOffset? approvedAt)
    {
        Week = WeekTo(day);
        if (AnchorFrom == 0 || approvedAt > AnchoredTo)
        {
            AnchorFrom = day;
        }

        AnchoredTo = approvedAt;
        if (AnchorFrom > 0 && day - AnchorFrom >= AnchorDays && CountSince(day - AnchorDays) >= LeastAnchorDays)
        {
            AnchorFrom = -1;
            Anchor = Math.Max(1, Math.Max(Math.Max(WeekTo(day), WeekTo(day - 7)), Math.Max(WeekTo(day - 14), WeekTo(day - 21))));
        }
    }

    private int CountSince(int day)
    {
        var count = 0;
        foreach (var one in Days)
        {
            count += one.Day > day ? 1 : 0;
        }

        return count;
    }

    private int WeekTo(int day)
    {
        var (sum, first, second) = (0, 0, 0);
        foreach (var one in Days)
        {
            if (one.Day > day || day - one.Day >= 7)
            {
                continue;
            }

            sum += one.Patients;
            second = Math.Max(second, Math.Min(first, one.Patients));
            first = Math.Max(first, one.Patients);
        }

        return sum - first - second;
    }
}
