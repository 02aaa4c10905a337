using PhiGateway.Watch.Feed;

namespace PhiGateway.Watch.Baselines;

/// <summary>What a client does at the moment: counters of its minute, hour and day, and its last records; not kept over restarts.</summary>
internal sealed class ClientActivity
{
    // What is counted one by one is bounded: beyond it the number itself says enough.
    private const int MostCounted = 20_000;

    private const string Export = "export";

    private readonly HashedSet _hourPatients = new();
    private readonly HashedSet _dayPatients = new();

    // Of what a client names itself the whole hash, made for those that miss: two of a shorter one could be made alike.
    private HashSet<ulong>? _hourMisses;
    private HashSet<ulong>? _dayMisses;
    private HashSet<ulong>? _dayNobody;
    private HashedSet? _dayFound;
    private long _minute;
    private long _hour;
    private (int Minute, int Hour, int Patients, int Records, int Misses, int Call) _peaks;

    public int Day { get; private set; }

    public int MinuteCalls { get; private set; }

    public int HourCalls { get; private set; }

    public int HourRecords { get; private set; }

    public int DayCalls { get; private set; }

    public int DayNewPatients { get; private set; }

    public int HourNewPatients { get; private set; }

    public int HourPatients => _hourPatients.Count;

    public int DayPatients => _dayPatients.Count;

    public int HourMisses => _hourMisses?.Count ?? 0;

    public int DayMisses => _dayMisses?.Count ?? 0;

    /// <summary>How many different searches for patients there were on this day.</summary>
    public int DaySearches => DayNobody + (_dayFound?.Count ?? 0);

    /// <summary>How many different ones of them found nobody.</summary>
    public int DayNobody => _dayNobody?.Count ?? 0;

    /// <summary>How many answers of this day were far larger than this client's ever were.</summary>
    public int DayWide { get; private set; }

    public bool IsHourFlagged { get; private set; }

    public bool IsDayFlagged { get; private set; }

    /// <summary>The day that is under way, as it stands; null: nothing was done.</summary>
    public DaySummary? Today => DayCalls == 0 ? null : Summary();

    public RecordRing Accesses { get; } = new();

    public RecordRing Misses => field ??= new RecordRing();

    /// <summary>Searches for patients that found nobody.</summary>
    public RecordRing Nobody => field ??= new RecordRing();

    public RecordRing NewPatients => field ??= new RecordRing();

    /// <summary>Answers that were far larger than this client's ever were.</summary>
    public RecordRing Wide => field ??= new RecordRing();

    /// <summary>Calls from networks that came lately, beside those it has.</summary>
    public RecordRing Strays => field ??= new RecordRing();

    /// <summary>Searches of shapes that came lately, beside those it has.</summary>
    public RecordRing Shapes => field ??= new RecordRing();

    /// <summary>Calls through chains of actors that came lately, beside those it has.</summary>
    public RecordRing Chains => field ??= new RecordRing();

    public AskRing Asks { get; } = new();

    public TokenPlaces Tokens { get; } = new();

    public TokensInUse TokenAges { get; } = new();

    /// <summary>The ranges that it searches for.</summary>
    public RangeTrails Ranges => field ??= new RangeTrails();

    /// <summary>Calls under a subject or by a program that came lately, beside what the client usually is.</summary>
    public RecordRing Strangers => field ??= new RecordRing();

    /// <summary>For which reasons it was refused on this day; null: for none.</summary>
    public RefusedToday? Refused { get; private set; }

    /// <summary>What it was refused that it may not; made for those that are.</summary>
    public RecentRefusals Probes => field ??= new RecentRefusals();

    /// <summary>What it was refused where it does not belong; made for those that are.</summary>
    public RecentRefusals Elsewhere => field ??= new RecentRefusals();

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

        var ended = Day == 0 || DayCalls == 0 ? (DaySummary?)null : EndDay(baseline);
        Day = day;
        return ended;
    }

    /// <summary>Counts a record.</summary>
    /// <param name="seen">The record.</param>
    /// <param name="baseline">What is usual.</param>
    /// <param name="teachesAll">
    /// Whether any size of an answer teaches what is usual: while nobody knows it, and after an approval. Security: else what is far larger does
    /// not, or two of them a day would make the third one usual.
    /// </param>
    public void Add(WatchEvent seen, ClientBaseline baseline, bool teachesAll)
    {
        // Of a node that was cut off: counted as of now, what came over hours would look like a burst.
        var isLate = seen.Time.UtcTicks / TimeSpan.TicksPerHour < _hour - 1;
        if (!isLate)
        {
            MinuteCalls++;
            HourCalls++;
            DayCalls++;
            if (RefusedToday.Counts(seen))
            {
                (Refused ??= new RefusedToday()).Note(seen);
            }
        }

        var isUnknown = seen.Patients is [var asked] && !baseline.Patients.Knows(asked);
        if (seen.Kind == WatchKind.Access)
        {
            Accesses.Add(seen.Id);
            AddPatients(seen, baseline, isLate);
            AddSize(seen, baseline, teachesAll);
            AddSearch(seen, isLate);
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
                AddBounded(_hourPatients, PatientMemory.HashOf(patient));
                AddBounded(_dayPatients, PatientMemory.HashOf(patient));
            }
        }

        if (isLate)
        {
            return;
        }

        HourRecords += Math.Min(seen.Records, int.MaxValue - HourRecords);
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
            AddBounded(_hourMisses ??= [], seen.AskedKey);
            AddBounded(_dayMisses ??= [], seen.AskedKey);
        }
    }

    private void AddSearch(WatchEvent seen, bool isLate)
    {
        if (!seen.IsForPatients || isLate)
        {
            return;
        }

        // Security: apart from bounds, since who asks for what changed asks for one thing all day, and a bound that changes nothing beside a
        // number hides no number; each once, or whoever finds one person again and again would have a small share of nobody.
        var key = seen.Ranges.Count == 0 ? seen.AskedKey : seen.Ranges[0].Rest;
        if (seen.Records == 0)
        {
            AddBounded(_dayNobody ??= [], key);
            Nobody.Add(seen.Id);
        }
        else
        {
            AddBounded(_dayFound ??= new HashedSet(), unchecked((uint)(key ^ (key >> 32))));
        }
    }

    // Files of an export are as large as they are.
    private void AddSize(WatchEvent seen, ClientBaseline baseline, bool teachesAll)
    {
        if (seen.Records == 0 || seen.Operation.StartsWith(Export, StringComparison.Ordinal))
        {
            return;
        }

        if (baseline.Limits.IsWide(seen.Records) && !teachesAll)
        {
            DayWide++;
            Wide.Add(seen.Id);
            return;
        }

        _peaks.Call = Math.Max(_peaks.Call, seen.Records);
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
            baseline.Slots.Note(began, HourPatients);
        }

        (HourCalls, HourRecords, HourNewPatients, IsHourFlagged) = (0, 0, 0, false);
        _hourPatients.Clear();
        _hourMisses = null;
    }

    private DaySummary EndDay(ClientBaseline baseline)
    {
        var ended = Summary();
        if (!IsDayFlagged)
        {
            baseline.Errors.Close(Day, Refused, DayCalls);
            baseline.Nobody.Close(Day, DayNobody, DaySearches);
        }

        Refused = null;
        (DayCalls, DayNewPatients, DayWide, IsDayFlagged, _peaks) = (0, 0, 0, false, default);
        _dayPatients.Clear();
        (_dayMisses, _dayNobody, _dayFound) = (null, null, null);
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
            _peaks.Call,
            IsDayFlagged
        );

    private static void AddBounded(HashedSet set, uint one)
    {
        if (set.Count < MostCounted)
        {
            set.Add(one);
        }
    }

    private static void AddBounded(HashSet<ulong> set, ulong one)
    {
        if (set.Count < MostCounted)
        {
            set.Add(one);
        }
    }
}
