using PhiGateway.Audit.Keeping;

namespace PhiGateway.Admin.Keeping;

/// <summary>How long records stay, and what of each month stands in the way of its deletion.</summary>
/// <param name="Years">How many years a tenant's records stay where nothing else is configured.</param>
/// <param name="YearsOf">Of single tenants.</param>
/// <param name="UnknownTenants">
/// Names among them of which there is neither a route, nor a use case, nor a record: misspelt, as a rule. Nothing is deleted meanwhile.
/// </param>
/// <param name="Months">The months of which there are records, the oldest first.</param>
public sealed record KeepingReport(
    int Years,
    IReadOnlyDictionary<string, int> YearsOf,
    IReadOnlyList<string> UnknownTenants,
    IReadOnlyList<KeepingMonth> Months
);

/// <summary>One month of the trail.</summary>
/// <param name="Month">Such as <c>2026-11</c>, UTC.</param>
/// <param name="KeptUntil">Until when it stays: as long as the tenant in it asks for that keeps longest.</param>
/// <param name="IsDue">Whether that is over.</param>
/// <param name="Holds">Holds that keep it all the same.</param>
public sealed record KeepingMonth(string Month, DateTimeOffset KeptUntil, bool IsDue, IReadOnlyList<Guid> Holds);

/// <summary>Deletes a month of the trail.</summary>
/// <param name="Month">Such as <c>2015-03</c>.</param>
/// <param name="Reason">Why, in words without patient data.</param>
public sealed record DeleteMonthBody(string? Month = null, string? Reason = null);

/// <summary>What went with a month, or would go.</summary>
/// <param name="Month">The month.</param>
/// <param name="Records">How many records.</param>
/// <param name="Logs">Which places of which logs.</param>
/// <param name="IsDeleted">Whether they went.</param>
public sealed record DeletedMonth(string Month, long Records, IReadOnlyList<KeptRange> Logs, bool IsDeleted);
