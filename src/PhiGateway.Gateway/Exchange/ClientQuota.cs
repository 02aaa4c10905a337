using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Counts what one client took of its quotas, on this node and as far as is known on the others: distinct patients in the hour, records on
/// the day. Part of <see cref="ClientGate"/>; filled and emptied by the keeper that tells the other nodes.
/// </summary>
/// <remarks>
/// Thread-safe. Hours and days are UTC's; they never go back. Patients are told apart by keyed words, since what is said here stands in a
/// database that is no place for their ids.
/// </remarks>
/// <param name="wordOf">The keyed word of a patient's id, the same on every node.</param>
internal sealed class ClientQuota(Func<string, string> wordOf)
{
    // No id has a colon: what has none was said by a node of an earlier version, in clear.
    private const string Keyed = "k:";

    private readonly Lock _lock = new();
    private readonly HashSet<string> _own = new(StringComparer.Ordinal);

    // Own and others' together.
    private readonly HashSet<string> _all = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _patientsElsewhere = new(StringComparer.Ordinal);
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

            var words = new string[disclosure.Patients.Count];
            for (var i = 0; i < words.Length; i++)
            {
                words[i] = WordOf(disclosure.Patients[i]);
            }

            if (!Fits(words, patientsPerHour))
            {
                return "patients-per-hour";
            }

            _own.UnionWith(words);
            _all.UnionWith(words);

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
            return new QuotaUse(client, node, _hour, [.. _own], _day, _records);
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

            // In clear it does not stay.
            _isUnsaid |= use.Patients.Any(static patient => !patient.StartsWith(Keyed, StringComparison.Ordinal));

            if (use.Day == _day)
            {
                _records += use.Records;
            }
        }
    }

    private string WordOf(PatientId patient) => Keyed + wordOf(patient.Value!);

    private HashSet<string> PatientsOf(QuotaUse use)
    {
        var patients = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in use.Patients)
        {
            if (text.StartsWith(Keyed, StringComparison.Ordinal))
            {
                patients.Add(text);
            }
            else if (PatientId.TryParse(text, out var patient))
            {
                patients.Add(WordOf(patient));
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

    private bool Fits(string[] patients, int? patientsPerHour)
    {
        if (patientsPerHour is not { } most)
        {
            return true;
        }

        var fresh = 0;
        for (var i = 0; i < patients.Length; i++)
        {
            fresh += _all.Contains(patients[i]) ? 0 : 1;
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
