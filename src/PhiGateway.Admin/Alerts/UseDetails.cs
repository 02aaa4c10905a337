using PhiGateway.Audit.Records;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Adds up, within a budget, what was said of one emergency use and how many patients it touched; for <see cref="EmergencyReports"/>.
/// </summary>
internal sealed class UseDetails
{
    /// <summary>Patients beyond these are not told apart.</summary>
    internal const int MostPatients = 10_000;

    private const int MostReasons = 20;

    private readonly Dictionary<string, long> _reasons = new(StringComparer.Ordinal);
    private readonly HashSet<(string? Tenant, string Patient)> _patients = [];
    private readonly HashSet<string> _tenants = new(StringComparer.Ordinal);

    /// <summary>What was said, the most frequent first.</summary>
    public IReadOnlyList<EmergencyReason> Reasons =>
        [
            .. _reasons
                .OrderByDescending(static pair => pair.Value)
                .ThenBy(static pair => pair.Key, StringComparer.Ordinal)
                .Select(static pair => new EmergencyReason(pair.Key, pair.Value)),
        ];

    /// <summary>Calls with further reasons.</summary>
    public long OtherCalls { get; private set; }

    /// <summary>Calls of which no reason is known.</summary>
    public long WordlessCalls { get; private set; }

    /// <summary>How many patients, as far as they are told apart.</summary>
    public int Patients => _patients.Count;

    /// <summary>Tenants that were asked.</summary>
    public IReadOnlyList<string> Tenants => [.. _tenants.Order(StringComparer.Ordinal)];

    /// <summary>Counts one call.</summary>
    public void Add(AuditRecord record)
    {
        AddReason(record.Note);
        AddTenant(record.Tenant);
        foreach (var patient in record.Patients)
        {
            AddPatient((record.Tenant, patient));
        }
    }

    private void AddReason(string? reason)
    {
        if (string.IsNullOrWhiteSpace(reason))
        {
            WordlessCalls++;
        }
        else if (_reasons.TryGetValue(reason, out var known))
        {
            _reasons[reason] = known + 1;
        }
        else if (_reasons.Count < MostReasons)
        {
            _reasons[reason] = 1;
        }
        else
        {
            OtherCalls++;
        }
    }

    private void AddTenant(string? tenant)
    {
        // Tenants are configured: there are no more of them than that.
        if (tenant is not null)
        {
            _tenants.Add(tenant);
        }
    }

    private void AddPatient((string? Tenant, string Patient) patient)
    {
        if (_patients.Count < MostPatients)
        {
            _patients.Add(patient);
        }
    }
}
