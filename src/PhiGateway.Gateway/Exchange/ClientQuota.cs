using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Counts what one client, or all of a use case or organization, took of a quota, on this node and as far as is known on the others: distinct
/// patients within a stretch of time, records on the day. Part of <see cref="ClientGate"/>; filled and emptied by the keeper that tells the other nodes.
/// </summary>
/// <remarks>
/// Thread-safe. Stretches (hours, days, 30 days) are UTC's; they never go back. Patients are told apart by keyed words, since what is said
/// here stands in a database that is no place for their ids.
/// </remarks>
/// <param name="wordOf">The keyed word of a patient's id, the same on every node.</param>
/// <param name="stretch">In which patients are counted.</param>
/// <param name="budget">What is counted on the day in the place of records; null: records.</param>
internal sealed class ClientQuota(Func<string, string> wordOf, PatientStretch stretch, DayBudget? budget = null)
{
    private readonly Lock _lock = new();
    private readonly MetPatients _met = new();
    private readonly TakenElsewhere _elsewhere = new();
    private QuotaSlice _patientSlice;
    private QuotaSlice _recordSlice;
    private int? _mostPatients;
    private long? _mostRecords;
    private bool _isSliced;
    private long _hour;
    private long _day;
    private long _records;
    private bool _isUnsaid;

    /// <summary>In which patients are counted.</summary>
    public PatientStretch Stretch => stretch;

    /// <summary>Behind the client's id where nodes tell each other.</summary>
    public string Suffix => budget?.Suffix ?? stretch.Suffix;

    /// <summary>How many further patients nobody has taken in this stretch, leased or not.</summary>
    public long PatientsLeft
    {
        get
        {
            lock (_lock)
            {
                return (_mostPatients ?? 0) - _met.Count;
            }
        }
    }

    /// <summary>How many further records nobody has taken on this day, leased or not.</summary>
    public long RecordsLeft
    {
        get
        {
            lock (_lock)
            {
                return (_mostRecords ?? 0) - Sum();
            }
        }
    }

    /// <summary>Whether one that is made anew would say the same: nobody took or leased anything that counts still.</summary>
    public bool IsEmptyAt(DateTimeOffset now)
    {
        lock (_lock)
        {
            Roll(now);
            return _records == 0
                && _patientSlice.Claimed == 0
                && _recordSlice.Claimed == 0
                && _met is { IsEmpty: true, IsSaying: false }
                && _elsewhere is { Records: 0, LeasedPatients: 0, LeasedRecords: 0 };
        }
    }

    /// <summary>Counts what is about to leave; the name of the quota, and nothing counted, when it would exceed one.</summary>
    /// <param name="disclosure">What is about to leave.</param>
    /// <param name="mostPatients">How many patients may be met in the stretch; null: not limited.</param>
    /// <param name="recordsPerDay">How many records may leave on the day; null: not limited.</param>
    /// <param name="now">The moment.</param>
    /// <param name="counts">False: it is asked only, and nothing is counted.</param>
    /// <param name="anyway">Whether it counts also where it exceeds one.</param>
    public string? FindExceeded(
        Disclosure disclosure,
        int? mostPatients,
        int? recordsPerDay,
        DateTimeOffset now,
        bool counts = true,
        bool anyway = false
    )
    {
        if (mostPatients is null && recordsPerDay is null)
        {
            return null;
        }

        lock (_lock)
        {
            Roll(now);
            (_mostPatients, _mostRecords) = (mostPatients, recordsPerDay);
            var exceeded = FitsRecords(disclosure.Resources.Count) ? null : "records-per-day";
            var words = new string[disclosure.Patients.Count];
            for (var i = 0; i < words.Length; i++)
            {
                words[i] = WordOf(disclosure.Patients[i]);
            }

            var isMet = Fits(words, out var fresh);
            exceeded ??= isMet ? null : stretch.Name;
            if (!counts || (exceeded is not null && !anyway))
            {
                return exceeded;
            }

            _met.Meet(words);
            _patientSlice.Take(fresh);
            _records += disclosure.Resources.Count;
            _recordSlice.Take(disclosure.Resources.Count);

            // Of patients who were known nobody has to be told.
            _isUnsaid |= fresh > 0 || _mostRecords is not null;
            return exceeded;
        }
    }

    /// <summary>
    /// A client asked for patients and was told that there are none: who walks through ids meets as many as who reads them. False, and
    /// nothing counted, when they are more than may be met.
    /// </summary>
    /// <param name="patients">The ids that were asked for, each once.</param>
    /// <param name="mostPatients">How many may be met in the stretch.</param>
    /// <param name="now">The moment.</param>
    /// <param name="counts">Whether they count where they fit.</param>
    /// <param name="anyway">Whether they count also where they do not.</param>
    public bool TryProbe(IReadOnlyList<string> patients, int mostPatients, DateTimeOffset now, bool counts, bool anyway = false)
    {
        lock (_lock)
        {
            Roll(now);
            _mostPatients = mostPatients;
            string[] words = [.. patients.Select(WordOf)];
            var fits = Fits(words, out var fresh);
            if (counts && (fits || anyway))
            {
                _met.Meet(words);
                _patientSlice.Take(fresh);
                _isUnsaid |= fresh > 0;
            }

            return fits;
        }
    }

    /// <summary>Counts so much of the day's budget; false, and nothing counted, when it would exceed it and need not count.</summary>
    public bool TryTake(long amount, long most, DateTimeOffset now, bool anyway = false)
    {
        lock (_lock)
        {
            Roll(now);
            _mostRecords = most;
            if (!FitsRecords(amount) && !anyway)
            {
                return false;
            }

            _records += amount;
            _recordSlice.Take(amount);
            _isUnsaid = true;
            return true;
        }
    }

    /// <summary>Whether so much is left of the day's budget; takes nothing.</summary>
    public bool HasRoom(long amount, long most, DateTimeOffset now)
    {
        lock (_lock)
        {
            Roll(now);
            _mostRecords = most;
            return FitsRecords(amount);
        }
    }

    /// <summary>Whether anything is left of the day's budget.</summary>
    public bool HasAny(long most, DateTimeOffset now)
    {
        lock (_lock)
        {
            Roll(now);
            _mostRecords = most;
            return RestOfRecords() > 0;
        }
    }

    /// <summary>
    /// Whether the client may go on without a word with the other nodes: it has no quota, or there is a slice of each. Asked when a request
    /// is admitted; what may be told of it then is told of these limits.
    /// </summary>
    public bool IsReady(int? mostPatients, long? recordsPerDay, DateTimeOffset now)
    {
        if (mostPatients is null && recordsPerDay is null)
        {
            return true;
        }

        lock (_lock)
        {
            Roll(now);
            (_mostPatients, _mostRecords) = (mostPatients, recordsPerDay);
            var isReady =
                _isSliced
                && (mostPatients is null || _patientSlice.Covers(1) || RestOfPatients() <= 0)
                && (recordsPerDay is null || _recordSlice.Covers(1) || RestOfRecords() <= 0);
            if (!isReady)
            {
                _patientSlice.Want(1);
                _recordSlice.Want(1);
            }

            return isReady;
        }
    }

    /// <summary>
    /// What was taken on this node and what it leases now, where that was not said yet; null: nothing. Whoever cannot say it calls
    /// <see cref="Unsay"/>, and whoever said it <see cref="Settle"/>.
    /// </summary>
    /// <param name="client">Id of the client.</param>
    /// <param name="node">Name of the node.</param>
    /// <param name="nodes">How many nodes share the quota; 0: this one stops and leases nothing.</param>
    /// <param name="now">The moment.</param>
    public QuotaUse? Say(string client, string node, int nodes, DateTimeOffset now)
    {
        lock (_lock)
        {
            Roll(now);
            var patients = _patientSlice.ClaimOrRelease(_mostPatients is null ? null : RestOfPatients(), nodes);
            var records = _recordSlice.ClaimOrRelease(_mostRecords is null ? null : RestOfRecords(), nodes);
            if (!_isUnsaid && !patients && !records)
            {
                return null;
            }

            _isUnsaid = false;
            var words = new List<string>(2);
            LeasedWords.Add(words, LeasedWords.Patients, _patientSlice.Claimed);
            LeasedWords.Add(words, LeasedWords.Records, _recordSlice.Claimed);
            var (hourEnds, dayEnds) = ((_hour + 1) * stretch.Length.Ticks, (_day + 1) * TimeSpan.TicksPerDay);
            return new QuotaUse(client, node, _hour, words, _day, _records)
            {
                Fresh = _met.TakeUnsaid(),
                HourEnds = new DateTimeOffset(hourEnds, TimeSpan.Zero),
                Ends = new DateTimeOffset(Math.Max(hourEnds, dayEnds), TimeSpan.Zero),
            };
        }
    }

    /// <summary>What was said stands there, and what the others said is known: the slices are in force.</summary>
    public void Settle(DateTimeOffset now)
    {
        lock (_lock)
        {
            Roll(now);
            _met.Settle();
            _patientSlice.Settle(_mostPatients is null ? long.MaxValue : RestOfPatients());
            _recordSlice.Settle(_mostRecords is null ? long.MaxValue : RestOfRecords());
            _isSliced = true;
        }
    }

    /// <summary>It could not be said: until it can, this node counts for itself.</summary>
    public void Unsay()
    {
        lock (_lock)
        {
            _isUnsaid |= _mostPatients is not null || _mostRecords is not null || _met.IsSaying;
            _isSliced = false;
        }
    }

    /// <summary>What another node said.</summary>
    public void Learn(QuotaUse use, DateTimeOffset now)
    {
        lock (_lock)
        {
            Roll(now);
            var patients = use.Hour >= _hour ? LeasedWords.Of(use, LeasedWords.Patients) : 0;
            var isOfDay = use.Day >= _day;
            _elsewhere.Learn(use.Node, (patients, isOfDay ? LeasedWords.Of(use, LeasedWords.Records) : 0), isOfDay ? use.Records : null);
            if (use.Hour >= _hour)
            {
                // A node of a version before says them so.
                _met.Learn(PatientsOf(use));
            }
        }
    }

    /// <summary>Whom any node met, this one included.</summary>
    public void Learn(QuotaPatient patient, DateTimeOffset now)
    {
        lock (_lock)
        {
            Roll(now);
            _met.Learn(patient.Word, patient.Hour);
        }
    }

    /// <summary>What this node had said before it was started anew: it goes on from there.</summary>
    public void Resume(QuotaUse use, DateTimeOffset now)
    {
        lock (_lock)
        {
            Roll(now);
            if (use.Hour == _hour)
            {
                // Said by a version before: in its row it does not stay.
                string[] words = [.. PatientsOf(use)];
                _met.Meet(words);
                _isUnsaid |= words.Length > 0;
            }

            if (use.Day == _day)
            {
                _records += TakenElsewhere.Counted(use.Records);
            }
        }
    }

    private string WordOf(PatientId patient) => WordOf(patient.Value!);

    private string WordOf(string patient) => LeasedWords.Keyed + wordOf(patient);

    private HashSet<string> PatientsOf(QuotaUse use) => LeasedWords.PatientsOf(use, WordOf);

    private long Sum() => _records + _elsewhere.Records;

    private long RestOfRecords() => (_mostRecords ?? 0) - Sum() - _elsewhere.LeasedRecords;

    private long RestOfPatients() => (long)(_mostPatients ?? 0) - _met.Count - _elsewhere.LeasedPatients;

    private bool FitsRecords(long records)
    {
        if (_mostRecords is null)
        {
            return true;
        }

        if (RestOfRecords() >= records && (!_isSliced || _recordSlice.Covers(records)))
        {
            return true;
        }

        _recordSlice.Want(records);
        return false;
    }

    private bool Fits(string[] patients, out int fresh)
    {
        fresh = 0;
        if (_mostPatients is null)
        {
            return true;
        }

        for (var i = 0; i < patients.Length; i++)
        {
            fresh += _met.Contains(patients[i]) ? 0 : 1;
        }

        if (fresh == 0 || (RestOfPatients() >= fresh && (!_isSliced || _patientSlice.Covers(fresh))))
        {
            return true;
        }

        _patientSlice.Want(fresh);
        return false;
    }

    private void Roll(DateTimeOffset now)
    {
        var hour = now.UtcTicks / stretch.Length.Ticks;
        if (hour > _hour)
        {
            _hour = hour;
            _met.Begin(hour);
            _patientSlice.Release();
            _elsewhere.EndStretch();
        }

        var day = now.UtcTicks / TimeSpan.TicksPerDay;
        if (day > _day)
        {
            _day = day;
            _records = 0;
            _recordSlice.Release();
            _elsewhere.EndDay();
        }
    }
}
