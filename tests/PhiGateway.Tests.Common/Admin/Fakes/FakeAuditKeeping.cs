using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Tests.Common.Admin.Fakes;

/// <summary>Keeps and deletes months of an audit store in memory, as the real ones do.</summary>
internal sealed class FakeAuditKeeping(FakeAuditStore store, bool mayDelete = true) : IAuditKeeping
{
    /// <summary>How many bodies it says were never sealed.</summary>
    public long Unsealed { get; init; }

    /// <summary>Thrown once, after the keys of a destruction, or a month, are gone: as a store whose answer is lost.</summary>
    public Exception? LosesAnswer { get; set; }

    /// <summary>Thrown once, before a month is deleted: as a store that was never reached.</summary>
    public Exception? LosesAsk { get; set; }

    public Task<IReadOnlyList<string>> ListLogsAsync(CancellationToken cancellationToken) => store.ListLogsAsync(cancellationToken);

    public Task<IReadOnlyList<KeptMonth>> ListMonthsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<KeptMonth>>([
            .. store
                .Entries.GroupBy(static entry => KeepingMonths.Of(entry.Time))
                .OrderBy(static month => month.Key)
                .Select(static month => new KeptMonth(month.Key, [.. month.Select(static entry => entry.Tenant).Distinct()])),
        ]);

    public Task<IReadOnlyList<KeptRange>> ListRangesAsync(int month, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<KeptRange>>([
            .. Of(month)
                .GroupBy(static entry => entry.Log)
                .Select(static log => new KeptRange(
                    log.Key,
                    log.Min(static entry => entry.Sequence),
                    log.Max(static entry => entry.Sequence),
                    log.Count()
                )),
        ]);

    public Task<IReadOnlyList<int>> MonthsOfPatientAsync(IReadOnlyList<string> patientKeys, CancellationToken cancellationToken) =>
        Months(entry => patientKeys.Any(entry.PatientKeys.Contains));

    public Task<IReadOnlyList<int>> MonthsOfRecordsAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        Months(entry => ids.Contains(entry.Id));

    public Task<long> DeleteMonthAsync(int month, CancellationToken cancellationToken)
    {
        if (!mayDelete)
        {
            throw new InvalidOperationException("This login may not delete.");
        }

        if (LosesAsk is { } unsent)
        {
            LosesAsk = null;
            throw unsent;
        }

        var gone = store.Entries.RemoveAll(entry => KeepingMonths.Of(entry.Time) == month);
        return Lost() ?? Task.FromResult((long)gone);
    }

    public Task<IReadOnlyList<BodyKeyCount>> ListBodyKeysAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<BodyKeyCount>>([
            .. store
                .Entries.Where(static entry => entry.Kind != AuditKind.Hold)
                .GroupBy(static entry => (Month: KeepingMonths.Of(entry.Time), entry.Tenant))
                .OrderBy(static key => key.Key.Month)
                .Select(static key => new BodyKeyCount(
                    key.Key.Month,
                    key.Key.Tenant,
                    "body-1",
                    1,
                    key.All(static entry => entry.IsDestroyed) ? 1 : 0
                )),
        ]);

    public async Task<TenantBodies> BodiesOfAsync(int month, string tenant, CancellationToken cancellationToken)
    {
        var entries = Of(month).Where(entry => IsContentOf(entry, tenant)).ToList();
        var ranges = entries
            .GroupBy(static entry => entry.Log)
            .Select(static log => new KeptRange(
                log.Key,
                log.Min(static entry => entry.Sequence),
                log.Max(static entry => entry.Sequence),
                log.Count()
            ));
        await Task.Yield();
        return new TenantBodies([.. ranges], Unsealed, entries.Count(static entry => !entry.IsDestroyed));
    }

    public Task<long> DestroyBodiesAsync(int month, string tenant, CancellationToken cancellationToken)
    {
        if (!mayDelete)
        {
            throw new InvalidOperationException("This login may not destroy.");
        }

        for (var i = 0; i < store.Entries.Count; i++)
        {
            var entry = store.Entries[i];
            if (KeepingMonths.Of(entry.Time) == month && IsContentOf(entry, tenant))
            {
                store.Entries[i] = entry with { Body = Array.Empty<byte>(), IsDestroyed = true };
            }
        }

        return Lost() ?? Task.FromResult(1L);
    }

    private Task<long>? Lost()
    {
        var lost = LosesAnswer;
        LosesAnswer = null;
        return lost is null ? null : Task.FromException<long>(lost);
    }

    private static bool IsContentOf(AuditEntry entry, string tenant) => entry.Tenant == tenant && entry.Kind != AuditKind.Hold;

    private IEnumerable<AuditEntry> Of(int month) => store.Entries.Where(entry => KeepingMonths.Of(entry.Time) == month);

    private Task<IReadOnlyList<int>> Months(Func<AuditEntry, bool> isWanted) =>
        Task.FromResult<IReadOnlyList<int>>([
            .. store.Entries.Where(isWanted).Select(static entry => KeepingMonths.Of(entry.Time)).Distinct().Order(),
        ]);
}
