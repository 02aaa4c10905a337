namespace PhiGateway.Watch.Baselines;

/// <summary>
/// What is still usual for a client, computed from its days at each change of day, always with the greatest day set aside; read by rules at
/// every record.
/// </summary>
/// <param name="PeakMinuteCalls">Most calls in one minute.</param>
/// <param name="PeakHourCalls">Most calls in one hour.</param>
/// <param name="PeakHourPatients">Most distinct patients in one hour.</param>
/// <param name="PeakHourRecords">Most records in one hour.</param>
/// <param name="PeakHourMisses">Most distinct misses in one hour.</param>
/// <param name="PeakCallRecords">Most records in one answer.</param>
/// <param name="PeakDayPatients">Most distinct patients on one day.</param>
/// <param name="PeakDayMisses">Most distinct misses on one day.</param>
/// <param name="PeakDayNew">Most new patients on one day.</param>
/// <param name="UsualNew">Median of new patients a day.</param>
/// <param name="SpreadNew">Their spread.</param>
/// <param name="CountedDays">How many days the last two rest on.</param>
internal readonly record struct BaselineLimits(
    int PeakMinuteCalls,
    int PeakHourCalls,
    int PeakHourPatients,
    int PeakHourRecords,
    int PeakHourMisses,
    int PeakCallRecords,
    int PeakDayPatients,
    int PeakDayMisses,
    int PeakDayNew,
    double UsualNew,
    double SpreadNew,
    int CountedDays
)
{
    private const int WideFactor = 4;
    private const int WideSlack = 50;

    /// <summary>Of how many records on an answer is far larger than this client's ever were.</summary>
    public long WideFrom => ((long)PeakCallRecords * WideFactor) + WideSlack;

    /// <summary>Whether an answer of so many records is; none is while nobody knows its largest.</summary>
    public bool IsWide(int records) => PeakCallRecords > 0 && records > WideFrom;

    /// <summary>Computes them from the days that teach something.</summary>
    /// <param name="days">In order.</param>
    /// <param name="firstDay">The day on which the client was first seen.</param>
    public static BaselineLimits Of(IReadOnlyList<DaySummary> days, int firstDay)
    {
        var (minute, hour, patients, records) = (new Two(), new Two(), new Two(), new Two());
        var (misses, call, day, dayMisses, dayNew) = (new Two(), new Two(), new Two(), new Two(), new Two());
        var fresh = new List<int>();
        foreach (var one in days)
        {
            if (one.IsFlagged)
            {
                continue;
            }

            minute.Note(one.PeakMinuteCalls);
            hour.Note(one.PeakHourCalls);
            patients.Note(one.PeakHourPatients);
            records.Note(one.PeakHourRecords);
            misses.Note(one.PeakHourMisses);
            call.Note(one.PeakCallRecords);
            day.Note(one.Patients);
            dayMisses.Note(one.Misses);

            // To a client that nobody knows yet every patient is new.
            if (one.Day - firstDay >= ClientBaseline.FirstDays)
            {
                fresh.Add(one.NewPatients);
                dayNew.Note(one.NewPatients);
            }
        }

        var (usual, spread) = Robust.Of(fresh);
        return new BaselineLimits(
            minute.Second,
            hour.Second,
            patients.Second,
            records.Second,
            misses.Second,
            call.Second,
            day.Second,
            dayMisses.Second,
            dayNew.Second,
            usual,
            spread,
            fresh.Count
        );
    }

    // The two greatest: a day that stands alone, such as a burst before an attack, moves nothing.
    private struct Two
    {
        private int _first;

        public int Second { get; private set; }

        public void Note(int value)
        {
            Second = Math.Max(Second, Math.Min(_first, value));
            _first = Math.Max(_first, value);
        }
    }
}
