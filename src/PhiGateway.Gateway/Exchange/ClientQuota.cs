using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Counts what one client took of its quotas, on this node and as far as is known on the others: distinct patients in the hour, records on
/// the day. Part of <see cref="ClientGate"/>; filled and emptied by the keeper that tells the other nodes.
/// </summary>
/// <remarks>Thread-safe. Hours and days are UTC's; they never go back.</remarks>
internal sealed class ClientQuota
{
    private readonly Lock _lock = new();
    private readonly HashSet<PatientId> _own = [];

    // Own and others' together.
    private readonly HashSet<PatientId> _all = [];
    private readonly Dictionary<string, HashSet<PatientId>> _patientsElsewhere = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _recordsElsewhere = new(StringComparer.Ordinal);
    private long _hour;
    private long _day;
    private long _records;
    private bool _isUnsaid;

    /// <summary>Counts what is about to leave; the name of the quota, and nothing counted, when it would exceed one.</summary>
    public string? FindExceeded(Disclosure disclosure, int? patientsPerHour, int? recordsPerDay, DateTimeOffset now)
    {
        if (patientsPerHour is null && recordsPerDay is null)
        {
            return null;
        }

        lock (_lock)
        {
            Roll(now);
            if (Sum() + disclosure.Resources.Count > recordsPerDay)
            {
                return "records-per-day";
            }

            if (!Fits(disclosure, patientsPerHour))
            {
                return "patients-per-hour";
            }

            for (var i = 0; i < disclosure.Patients.Count; i++)
            {
                _own.Add(disclosure.Patients[i]);
                _all.Add(disclosure.Patients[i]);
            }

            _records += disclosure.Resources.Count;
            _isUnsaid = true;
            return null;
        }
    }

    /// <summary>What was taken on this node and not said yet; null: nothing. Whoever cannot say it calls <see cref="Unsay"/>.</summary>
    public QuotaUse? Say(string client, string node, DateTimeOffset now)
    {
        lock (_lock)
        {
            Roll(now);
            if (!_isUnsaid)
            {
                return null;
            }

            _isUnsaid = false;
            return new QuotaUse(client, node, _hour, [.. _own.Select(static patient => patient.Value!)], _day, _records);
        }
    }

    /// <summary>It could not be said.</summary>
    public void Unsay()
    {
        lock (_lock)
        {
            _isUnsaid = true;
        }
    }

    /// <summary>What another node said.</summary>
    public void Learn(QuotaUse use, DateTimeOffset now)
    {
        lock (_lock)
        {
            Roll(now);
            _patientsElsewhere.Remove(use.Node);
            _recordsElsewhere.Remove(use.Node);
            if (use.Hour >= _hour)
            {
                _patientsElsewhere[use.Node] = PatientsOf(use);
            }

            if (use.Day >= _day)
            {
                _recordsElsewhere[use.Node] = use.Records;
            }

            Unite();
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
                _own.UnionWith(PatientsOf(use));
                Unite();
            }

            if (use.Day == _day)
            {
                _records += use.Records;
            }
        }
    }

    private static HashSet<PatientId> PatientsOf(QuotaUse use)
    {
        var patients = new HashSet<PatientId>();
        foreach (var text in use.Patients)
        {
            if (PatientId.TryParse(text, out var patient))
            {
                patients.Add(patient);
            }
        }

        return patients;
    }

    private void Unite()
    {
        _all.Clear();
        _all.UnionWith(_own);
        foreach (var (_, elsewhere) in _patientsElsewhere)
        {
            _all.UnionWith(elsewhere);
        }
    }

    private long Sum()
    {
        var records = _records;
        foreach (var (_, elsewhere) in _recordsElsewhere)
        {
            records += elsewhere;
        }

        return records;
    }

    private bool Fits(Disclosure disclosure, int? patientsPerHour)
    {
        if (patientsPerHour is not { } most)
        {
            return true;
        }

        var fresh = 0;
        for (var i = 0; i < disclosure.Patients.Count; i++)
        {
            fresh += _all.Contains(disclosure.Patients[i]) ? 0 : 1;
        }

        return _all.Count + fresh <= most;
    }

    private void Roll(DateTimeOffset now)
    {
        var hour = now.UtcTicks / TimeSpan.TicksPerHour;
        if (hour > _hour)
        {
            _hour = hour;
            _own.Clear();
            _all.Clear();
            _patientsElsewhere.Clear();
        }

        var day = now.UtcTicks / TimeSpan.TicksPerDay;
        if (day > _day)
        {
            _day = day;
            _records = 0;
            _recordsElsewhere.Clear();
        }
    }
}
