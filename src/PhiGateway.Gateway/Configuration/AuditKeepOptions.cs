using PhiGateway.Audit.Keeping;

namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes about how long the trail is kept before a month of it may be deleted; nothing is deleted by itself.</summary>
public sealed class AuditKeepOptions
{
    /// <summary>Years; default 10, 6 to 100.</summary>
    public int Years { get; set; } = KeepingMonths.DefaultYears;

    /// <summary>Years of single tenants, by name; 6 to 100.</summary>
    public IReadOnlyDictionary<string, int> YearsOf { get; set; } = new Dictionary<string, int>();
}
