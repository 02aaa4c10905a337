using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>Gathers records, newest first, into what was touched of each patient. One per answer; not thread-safe.</summary>
internal sealed class ReachFold
{
    /// <summary>Pairs of patient and resource that one answer may hold.</summary>
    public const int MostPairs = 500_000;

    private readonly Dictionary<(string Tenant, string Patient), Touched> _patients = [];
    private readonly HashSet<Guid> _notApplied = [];
    private readonly SortedSet<string> _clients = new(StringComparer.Ordinal);
    private long _records;
    private long _refused;
    private long _undetermined;
    private long _unlisted;
    private int _pairs;

    /// <summary>Whether it holds more than one answer may.</summary>
    public bool IsTooLarge => _pairs > MostPairs;

    /// <summary>Remembers a write that came to nothing, whoever's it was: newer than its intent, it is met first.</summary>
    public void Note(AuditRecord record)
    {
        if (record is { Kind: AuditKind.Outcome, Outcome: "not-applied" })
        {
            _ = _notApplied.Add(record.ParentId);
        }
    }

    /// <summary>Adds one record of whoever is asked about.</summary>
    public void Add(AuditEntry entry, AuditRecord record)
    {
        _records++;
        switch (record.Kind)
        {
            case AuditKind.Decision when record.Decision == "deny":
                _refused++;
                break;
            case AuditKind.Disclosure:
                Take(record, reads: 1, writes: 0);
                break;
            case AuditKind.Outcome when record.Outcome != "not-applied":
                // What the answer held; the write is counted by its intent.
                Take(record, reads: 0, writes: 0);
                break;
            case AuditKind.Intent when !_notApplied.Contains(entry.Id):
                Take(record, reads: 0, writes: 1);
                break;
            default:
                break;
        }
    }

    /// <summary>The answer.</summary>
    public ReachReport Report(string subject, ReachQuery query) =>
        new(
            subject,
            query.From,
            query.To,
            _records,
            _refused,
            _undetermined,
            _unlisted,
            [.. _clients],
            [
                .. _patients
                    .OrderBy(static pair => pair.Key.Tenant, StringComparer.Ordinal)
                    .ThenBy(static pair => pair.Key.Patient, StringComparer.Ordinal)
                    .Select(static pair => pair.Value.Of(pair.Key.Tenant, pair.Key.Patient)),
            ]
        );

    private void Take(AuditRecord record, int reads, int writes)
    {
        if (record.Client is { } client)
        {
            _ = _clients.Add(client);
        }

        _undetermined += record.PatientState == "undetermined" ? 1 : 0;
        _unlisted += Math.Max(0, record.ResourceCount - record.Resources.Count);
        IReadOnlyList<string> patients = record.Patients.Count == 0 ? [string.Empty] : record.Patients;
        foreach (var patient in patients)
        {
            var key = (record.Tenant ?? string.Empty, patient);
            if (!_patients.TryGetValue(key, out var touched))
            {
                _patients[key] = touched = new Touched();
                _pairs++;
            }

            _pairs += touched.Add(record, reads, writes);
        }
    }

    private sealed class Touched
    {
        private readonly SortedSet<string> _resources = new(StringComparer.Ordinal);
        private long _reads;
        private long _writes;
        private (DateTimeOffset At, Guid Id)? _first;
        private (DateTimeOffset At, Guid Id)? _last;

        public int Add(AuditRecord record, int reads, int writes)
        {
            _reads += reads;
            _writes += writes;
            _last ??= (record.Time, record.Id);
            _first = (record.Time, record.Id);
            var before = _resources.Count;
            foreach (var resource in record.Resources)
            {
                _ = _resources.Add(resource);
            }

            return _resources.Count - before;
        }

        public ReachedPatient Of(string tenant, string patient) =>
            new(
                tenant,
                patient,
                _reads,
                _writes,
                _first!.Value.At,
                _last!.Value.At,
                [.. _resources],
                [.. new[] { _first.Value.Id, _last.Value.Id }.Distinct()]
            );
    }
}
