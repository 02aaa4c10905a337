using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>What one client has taken lately: rate (GCRA), requests in flight, distinct patients per hour, records per day.</summary>
/// <remarks>Thread-safe. A refused request does not extend the wait.</remarks>
internal sealed class ClientGate
{
    private readonly Lock _quota = new();
    private readonly HashSet<PatientId> _patients = [];
    private long _nextAllowed;
    private int _inFlight;
    private long _hour;
    private long _day;
    private long _records;

    /// <summary>Takes a place; null when too many are in flight.</summary>
    public AdmissionTicket? Enter(int concurrency)
    {
        if (Interlocked.Increment(ref _inFlight) <= concurrency)
        {
            return new AdmissionTicket(this);
        }

        Interlocked.Decrement(ref _inFlight);
        return null;
    }

    /// <summary>Gives the place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Generic cell rate algorithm: zero when the request conforms, else how long to wait.</summary>
    /// <param name="perSecond">Requests a second.</param>
    /// <param name="now">A clock that never goes back, read here and now: the time at which a request began would hold against it what
    /// others did meanwhile.</param>
    /// <param name="cost">How many requests it stands for; it is let in as one, and the next waits for all of them.</param>
    public TimeSpan Conform(int perSecond, TimeSpan now, int cost = 1)
    {
        var interval = TimeSpan.TicksPerSecond / perSecond;
        // One second's worth may come at once.
        var burst = TimeSpan.TicksPerSecond - interval;
        while (true)
        {
            var expected = Interlocked.Read(ref _nextAllowed);
            var arrival = Math.Max(expected, now.Ticks);
            if (arrival - now.Ticks > burst)
            {
                return TimeSpan.FromTicks(arrival - now.Ticks - burst);
            }

            if (Interlocked.CompareExchange(ref _nextAllowed, arrival + (interval * cost), expected) == expected)
            {
                return TimeSpan.Zero;
            }
        }
    }

    /// <summary>Counts what is about to leave; false, and nothing counted, when it would exceed a quota.</summary>
    public bool TryTake(Disclosure disclosure, int? patientsPerHour, int? recordsPerDay, DateTimeOffset now)
    {
        if (patientsPerHour is null && recordsPerDay is null)
        {
            return true;
        }

        lock (_quota)
        {
            Roll(now);
            var fresh = 0;
            for (var i = 0; i < disclosure.Patients.Count; i++)
            {
                fresh += _patients.Contains(disclosure.Patients[i]) ? 0 : 1;
            }

            if (_patients.Count + fresh > patientsPerHour || _records + disclosure.Resources.Count > recordsPerDay)
            {
                return false;
            }

            for (var i = 0; i < disclosure.Patients.Count; i++)
            {
                _patients.Add(disclosure.Patients[i]);
            }

            _records += disclosure.Resources.Count;
            return true;
        }
    }

    private void Roll(DateTimeOffset now)
    {
        var hour = now.UtcTicks / TimeSpan.TicksPerHour;
        if (hour != _hour)
        {
            _hour = hour;
            _patients.Clear();
        }

        var day = now.UtcTicks / TimeSpan.TicksPerDay;
        if (day != _day)
        {
            _day = day;
            _records = 0;
        }
    }
}
