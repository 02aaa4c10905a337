using PhiGateway.Audit.Shipping;

namespace PhiGateway.Tests.Common.Admin.Fakes;

/// <summary>Counts what an audit store in memory holds, as the real ones do.</summary>
internal sealed class FakeAuditReports(FakeAuditStore store) : IAuditReports
{
    public Task<IReadOnlyList<AuditTally>> TallyAsync(AuditQuery query, CancellationToken cancellationToken) =>
        store.IsAway
            ? Task.FromException<IReadOnlyList<AuditTally>>(new StoreAwayException())
            : Task.FromResult<IReadOnlyList<AuditTally>>([.. store.Find(query).Select(entry => new AuditTally([.. Values(entry)], 1))]);

    public Task<bool> KnowsAsync(AuditFacet facet, string value, CancellationToken cancellationToken) =>
        Task.FromResult(store.Entries.Any(entry => Values(entry)[(int)facet] == value));

    public Task<IReadOnlyList<string>> ListTenantsAsync(int most, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([
            .. store.Entries.Select(entry => entry.Tenant).OfType<string>().Distinct().Order(StringComparer.Ordinal).Take(most),
        ]);

    public Task<IReadOnlyList<AuditLogMark>> ListMarksAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AuditLogMark>>([
            .. store
                .Entries.GroupBy(entry => entry.Log)
                .Select(log => (Log: log.Key, Highest: log.Max(entry => entry.Sequence)))
                .Select(log => new AuditLogMark(log.Log, store.Watermarks.GetValueOrDefault(log.Log, log.Highest))
                {
                    Highest = log.Highest,
                })
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
}
