using PhiGateway.Audit.Shipping;

namespace PhiGateway.Tests.Common.Admin.Fakes;

/// <summary>Counts what an audit store in memory holds, as the real ones do.</summary>
internal sealed class FakeAuditReports(FakeAuditStore store) : IAuditReports
{
    public Task<IReadOnlyList<AuditCount>> CountAsync(AuditQuery query, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AuditCount>>([.. store.Find(query).Select(entry => new AuditCount([.. Values(entry)], 1))]);

    public Task<IReadOnlyList<AuditPeriodCount>> CountOverTimeAsync(
        AuditQuery query,
        AuditInterval interval,
        AuditFacet? by,
        CancellationToken cancellationToken
    ) =>
        Task.FromResult<IReadOnlyList<AuditPeriodCount>>([
            .. store
                .Find(query)
                .GroupBy(entry => (Start: Start(entry.Time, interval), Value: by is { } facet ? Values(entry)[(int)facet] : null))
                .OrderBy(group => group.Key.Start)
                .ThenBy(group => group.Key.Value, StringComparer.Ordinal)
                .Select(group => new AuditPeriodCount(group.Key.Start, group.Key.Value, group.Count())),
        ]);

    public Task<bool> KnowsAsync(AuditFacet facet, string value, CancellationToken cancellationToken) =>
        Task.FromResult(store.Entries.Any(entry => Values(entry)[(int)facet] == value));

    public Task<IReadOnlyList<AuditLogMark>> ListMarksAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AuditLogMark>>([
            .. store
                .Entries.GroupBy(entry => entry.Log)
                .Select(log => new AuditLogMark(log.Key, log.Max(entry => entry.Sequence)))
                .OrderBy(mark => mark.Log, StringComparer.Ordinal),
        ]);

    // In the order of the facets.
    private static string?[] Values(AuditEntry entry) =>
        [
            $"{(int)entry.Kind}",
            entry.Decision,
            entry.Reason,
            entry.Client,
            entry.Tenant,
            entry.Actor,
            entry.ResourceType,
            entry.Interaction,
            entry.UseCase,
            entry.Organization,
            entry.Purpose,
        ];

    private static DateTimeOffset Start(DateTimeOffset time, AuditInterval interval) =>
        interval switch
        {
            AuditInterval.Hour => new(time.Year, time.Month, time.Day, time.Hour, 0, 0, TimeSpan.Zero),
            AuditInterval.Day => new(time.Year, time.Month, time.Day, 0, 0, 0, TimeSpan.Zero),
            _ => new(time.Year, time.Month, 1, 0, 0, 0, TimeSpan.Zero),
        };
}
