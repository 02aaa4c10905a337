using PhiGateway.Watch.Feed;

namespace PhiGateway.Watch.Baselines;

/// <summary>What a client does at the moment: counters of its minute, hour and day, and its last records; not kept over restarts.</summary>
internal sealed class ClientActivity
{
    // What is counted one by one is bounded: beyond it the number itself says enough.
    private const int MostCounted = 20_000;

    private readonly HashSet<ulong> _hourPatients = [];
    private readonly HashSet<ulong> _dayPatients = [];
    private readonly HashSet<ulong> _hourMisses = [];
    private readonly HashSet<ulong> _dayMisses = [];
    private long _minute;
    private long _hour;
    private (int Minute, int Hour, int Patients, int Records, int Misses) _peaks;

    public int Day { get; private set; }

    public int MinuteCalls { get; private set; }

    public int HourCalls { get; private set; }

    public int HourRecords { get; private set; }

    public int DayCalls { get; private set; }

    public int DayNewPatients { get; private set; }

    public int HourNewPatients { get; private set; }

    public int HourPatients => _hourPatients.Count;

    public int DayPatients => _dayPatients.Count;

    public int HourMisses => _hourMisses.Count;

    public int DayMisses => _dayMisses.Count;

    public bool IsHourFlagged { get; private set; }

    public bool IsDayFlagged { get; private set; }

    /// <summary>The day that is under way, as it stands; null: nothing was done.</summary>
    public DaySummary? Today => DayCalls == 0 ? null : Summary();

    public RecordRing Accesses { get; } = new();

    public RecordRing Misses { get; } = new();

    public RecordRing NewPatients { get; } = new();

    public AskRing Asks { get; } = new();

    public TokenPlaces Tokens { get; } = new();

    public TokensInUse TokenAges { get; } = new();

    /// <summary>The ranges that it searches for.</summary>
    public RangeTrails Ranges => field ??= new RangeTrails();

    /// <summary>Calls under a subject or by a program that came lately, beside what the client usually is.</summary>
    public RecordRing Strangers { get; } = new();

    public RecentRefusals Probes { get; } = new();

    public RecentRefusals Elsewhere { get; } = new();

    /// <summary>What counts once and was shown again; made for those whose was.</summary>
    public RecentRefusals Replays => field ??= new RecentRefusals();

    /// <summary>What an agent was refused by its charter; made for those that are.</summary>
    public RecentRefusals Charter => field ??= new RecentRefusals();

    /// <summary>A rule held: neither this hour nor this day teaches anything.</summary>
    public void Flag() => (IsHourFlagged, IsDayFlagged) = (true, true);

    /// <summary>
    /// Ends the minute, hour and day that a moment is no longer in; records that are late by no more than an hour or two count as of now.
    /// </summary>
    /// <returns>The day that ended; null: none did.</returns>
    public DaySummary? Roll(DateTimeOffset at, ClientBaseline baseline)
    {
        var minute = at.UtcTicks / TimeSpan.TicksPerMinute;
        if (minute <= _minute)
        {
            return null;
        }

        _peaks.Minute = Math.Max(_peaks.Minute, MinuteCalls);
        (_minute, MinuteCalls) = (minute, 0);
        var hour = at.UtcTicks / TimeSpan.TicksPerHour;
        if (hour <= _hour)
        {
            return null;
        }

        EndHour(baseline);
        _hour = hour;
        var day = ClientBaseline.DayOf(at);
        if (day <= Day)
        {
            return null;
        }

        var ended = Day == 0 || DayCalls == 0 ? (DaySummary?)null : EndDay();
        Day = day;
        return ended;
    }

    /// <summary>Counts a record.</summary>
    public void Add(WatchEvent seen, ClientBaseline baseline)
    {
        // Of a node that was cut off: counted as of now, what came over hours would look like a burst.
        var isLate = seen.Time.UtcTicks / TimeSpan.TicksPerHour < _hour - 1;
        if (!isLate)
        {
            MinuteCalls++;
            HourCalls++;
            DayCalls++;
        }

        var isUnknown = seen.Patients is [var asked] && !baseline.Patients.Knows(asked);
        if (seen.Kind == WatchKind.Access)
        {
            Accesses.Add(seen.Id);
            AddPatients(seen, baseline, isLate);
        }
        else if (seen.Status == 404 || seen.Reason == "outside-roster")
        {
            isUnknown = true;
            AddMiss(seen, isLate);
        }

        Asks.Note(seen.AskedNumber, isUnknown);
    }

    private void AddPatients(WatchEvent seen, ClientBaseline baseline, bool isLate)
    {
        var fresh = 0;
        foreach (var patient in seen.Patients)
        {
            fresh += baseline.Patients.Note(patient, seen.Time) ? 1 : 0;
            if (!isLate)
            {
                AddBounded(_hourPatients, patient);
                AddBounded(_dayPatients, patient);
            }
        }

        if (isLate)
        {
            return;
        }

        HourRecords += seen.Records;
        if (fresh > 0)
        {
            DayNewPatients += fresh;
            HourNewPatients += fresh;
            NewPatients.Add(seen.Id);
        }
    }

    private void AddMiss(WatchEvent seen, bool isLate)
    {
        Misses.Add(seen.Id);
        if (!isLate)
        {
            AddBounded(_hourMisses, seen.AskedKey);
            AddBounded(_dayMisses, seen.AskedKey);
        }
    }

    private void EndHour(ClientBaseline baseline)
    {
        _peaks.Hour = Math.Max(_peaks.Hour, HourCalls);
        _peaks.Patients = Math.Max(_peaks.Patients, HourPatients);
        _peaks.Records = Math.Max(_peaks.Records, HourRecords);
        _peaks.Misses = Math.Max(_peaks.Misses, HourMisses);
        if (HourCalls > 0 && !IsHourFlagged)
        {
            var began = new DateTimeOffset(_hour * TimeSpan.TicksPerHour, TimeSpan.Zero);
            baseline.Slots.Note(HourSlots.Of(began), ClientBaseline.DayOf(began));
        }

        (HourCalls, HourRecords, HourNewPatients, IsHourFlagged) = (0, 0, 0, false);
        _hourPatients.Clear();
        _hourMisses.Clear();
    }

    private DaySummary EndDay()
    {
        var ended = Summary();
        (DayCalls, DayNewPatients, IsDayFlagged, _peaks) = (0, 0, false, default);
        _dayPatients.Clear();
        _dayMisses.Clear();
        return ended;
    }

    private DaySummary Summary() =>
        new(
            Day,
            DayCalls,
            DayPatients,
            DayNewPatients,
            DayMisses,
            Math.Max(_peaks.Minute, MinuteCalls),
            Math.Max(_peaks.Hour, HourCalls),
            Math.Max(_peaks.Patients, HourPatients),
            Math.Max(_peaks.Records, HourRecords),
            Math.Max(_peaks.Misses, HourMisses),
            IsDayFlagged
        );

    private static void AddBounded(HashSet<ulong> set, ulong one)
    {
        if (set.Count < MostCounted)
        {
            set.Add(one);
        }
    }
}
