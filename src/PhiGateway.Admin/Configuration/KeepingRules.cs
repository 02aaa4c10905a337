using PhiGateway.Audit.Keeping;

namespace PhiGateway.Admin.Configuration;

/// <summary>How long the trail is kept, as the host was configured.</summary>
/// <param name="Years">Where nothing else is said; six at least.</param>
/// <param name="YearsOf">Of single tenants; six at least.</param>
public sealed record KeepingRules(int Years, IReadOnlyDictionary<string, int> YearsOf)
{
    /// <summary>Ten years for everybody.</summary>
    public static KeepingRules Default { get; } = new(KeepingMonths.DefaultYears, new Dictionary<string, int>());

    /// <summary>The years of a tenant's records; of records of no tenant the general ones. Never fewer than six.</summary>
    public int Of(string? tenant) =>
        Math.Max(KeepingMonths.LeastYears, tenant is not null && YearsOf.TryGetValue(tenant, out var years) ? years : Years);
}
