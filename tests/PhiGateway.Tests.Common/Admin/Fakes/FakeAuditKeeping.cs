using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Tests.Common.Admin.Fakes;

/// <summary>Keeps and deletes months of an audit store in memory, as the real ones do.</summary>
internal sealed class FakeAuditKeeping(FakeAuditStore store, bool mayDelete = true) : IAuditKeeping
{
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

    public Task<long> DeleteMonthAsync(int month, CancellationToken cancellationToken) =>
        mayDelete
            ? Task.FromResult((long)store.Entries.RemoveAll(entry => KeepingMonths.Of(entry.Time) == month))
            : throw new InvalidOperationException("This login may not delete.");

    private IEnumerable<AuditEntry> Of(int month) => store.Entries.Where(entry => KeepingMonths.Of(entry.Time) == month);

    private Task<IReadOnlyList<int>> Months(Func<AuditEntry, bool> isWanted) =>
        Task.FromResult<IReadOnlyList<int>>([
            .. store.Entries.Where(isWanted).Select(static entry => KeepingMonths.Of(entry.Time)).Distinct().Order(),
        ]);
}
