using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Tests.Common.Admin.Fakes;

/// <summary>An audit store in memory that filters as the real ones do.</summary>
internal sealed class FakeAuditStore : IAuditStore
{
    public List<AuditEntry> Entries { get; } = [];

    public AuditQuery? LastQuery { get; private set; }

    /// <summary>How many pages were searched for.</summary>
    public int Queries { get; private set; }

    /// <summary>How often records were looked for or counted, by whatever way.</summary>
    public int Looks { get; private set; }

    /// <summary>Waited for before anything is searched for.</summary>
    public Func<AuditQuery, Task> BeforeQuery { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Waited for before a page after the first is read.</summary>
    public Func<Task> BeforeNextPage { get; set; } = static () => Task.CompletedTask;

    /// <summary>Called with the first place that is wanted, before rows of a log are read; may throw.</summary>
    public Func<long, object?> BeforeRead { get; set; } = static _ => null;

    /// <summary>A log of which nothing can be read, though the store answers; null: none.</summary>
    public string? Unreadable { get; set; }

    /// <summary>Whether it answers nothing: the database went away.</summary>
    public bool IsAway { get; set; }

    /// <summary>How far it has each log; -1 of those that are not here.</summary>
    public Dictionary<string, long> Watermarks { get; } = [];

    /// <summary>Told of each log whose watermark is asked for, before it is told.</summary>
    public Action<string> Asked { get; set; } = static _ => { };

    public Task<long> GetWatermarkAsync(string log, CancellationToken cancellationToken)
    {
        Asked(log);
        return Task.FromResult(Watermarks.GetValueOrDefault(log, -1));
    }

    public Task<byte[]?> GetHashAsync(string log, long sequence, CancellationToken cancellationToken) =>
        Task.FromResult(Entries.Find(entry => entry.Log == log && entry.Sequence == sequence)?.ChainHash.ToArray());

    public Task<IReadOnlyList<string>> ListLogsAsync(string node, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([
            .. Entries
                .Select(static entry => entry.Log)
                .Concat(Watermarks.Keys)
                .Distinct()
                .Where(log => log.StartsWith(node + "/", StringComparison.Ordinal)),
        ]);

    public Task<IReadOnlyList<string>> ListLogsAsync(CancellationToken cancellationToken) =>
        IsAway
            ? Task.FromException<IReadOnlyList<string>>(new StoreAwayException())
            : Task.FromResult<IReadOnlyList<string>>([.. Entries.Select(entry => entry.Log).Distinct()]);

    public Task AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        Entries.AddRange(entries);
        return Task.CompletedTask;
    }

    public async Task<AuditPage> QueryAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        LastQuery = query;
        Queries++;
        StoreAwayException.ThrowIf(IsAway);
        await BeforeQuery(query);
        if (query.Cursor is not null)
        {
            await BeforeNextPage();
        }

        var skip = 0;
        if (query.Cursor is not null && !int.TryParse(query.Cursor, out skip))
        {
            throw new AuditCursorException();
        }

        var all = Find(query)
            .OrderByDescending(entry => entry.Time)
            .ThenByDescending(entry => entry.Sequence)
            .Skip(skip)
            .Take(query.Limit + 1)
            .ToList();
        return all.Count > query.Limit ? new AuditPage(all[..query.Limit], (skip + query.Limit).ToString()) : new AuditPage(all, null);
    }

    public IEnumerable<AuditEntry> Find(AuditQuery query)
    {
        Looks++;
        return Entries.Where(entry =>
            (query.From is null || entry.Time >= query.From)
            && (query.To is null || entry.Time < query.To)
            && (query.Client is null || entry.Client == query.Client)
            && (query.Tenant is null || entry.Tenant == query.Tenant)
            && (query.PatientKeys.Count == 0 || query.PatientKeys.Any(entry.PatientKeys.Contains))
            && (query.Decision is null || entry.Decision == query.Decision)
            && (query.Reason is null || entry.Reason == query.Reason)
            && (query.Kind is null || entry.Kind == query.Kind)
            && !(query.IsOfNoRequest && entry.Kind is >= AuditKind.Decision and <= AuditKind.Delivery)
            && (query.Id is null || entry.Id == query.Id || entry.ParentId == query.Id)
            && (query.Actor is null || entry.Actor == query.Actor)
            && (query.ResourceType is null || entry.ResourceType == query.ResourceType)
            && (query.Interaction is null || entry.Interaction == query.Interaction)
            && (query.UseCase is null || entry.UseCase == query.UseCase)
            && (query.Organization is null || entry.Organization == query.Organization)
            && (query.Purpose is null || entry.Purpose?.Split(' ').Contains(query.Purpose) == true)
        );
    }

    public Task<IReadOnlyList<AuditCount>> CountAsync(AuditCounts counts, CancellationToken cancellationToken)
    {
        Looks++;
        return IsAway
            ? Task.FromException<IReadOnlyList<AuditCount>>(new StoreAwayException())
            : Task.FromResult<IReadOnlyList<AuditCount>>([
                .. Entries
                    .Where(entry => entry.Kind is AuditKind.Decision or AuditKind.Disclosure or AuditKind.Intent)
                    .Where(entry =>
                        entry.Time >= counts.From
                        && entry.Time < counts.To
                        && (counts.Client is null || entry.Client == counts.Client)
                        && (counts.Tenant is null || entry.Tenant == counts.Tenant)
                        && (counts.Decision is null || entry.Decision == counts.Decision)
                        && (counts.Reason is null || entry.Reason == counts.Reason)
                        && (counts.Organizations.Count == 0 || counts.Organizations.Contains(entry.Organization))
                    )
                    .Select(entry => new AuditCount(
                        counts.Step is { } step ? counts.From + ((entry.Time - counts.From).Ticks / step.Ticks * step) : counts.From,
                        [.. counts.By.Select(column => ValueOf(entry, column))],
                        1
                    ))
                    .GroupBy(count => (count.At, string.Join('\n', count.Values)))
                    .Select(group => group.First() with { Count = group.Count() })
                    .OrderByDescending(count => count.Count)
                    .Take(counts.Limit),
            ]);
    }

    public Task<AuditEntry?> FindDeliveryAsync(string log, long sequence, CancellationToken cancellationToken) =>
        Task.FromResult(Entries.Find(entry => entry.Log == log && entry.Delivers(sequence)));

    public async Task<IReadOnlyList<AuditEntry>> ReadAsync(string log, long fromSequence, int limit, CancellationToken cancellationToken)
    {
        _ = BeforeRead(fromSequence);
        await Task.CompletedTask;
        return log == Unreadable
            ? throw new OverflowException()
            :
            [
                .. Entries
                    .Where(entry => entry.Log == log && entry.Sequence >= fromSequence)
                    .OrderBy(static entry => entry.Sequence)
                    .Take(limit),
            ];
    }

    public Task<IReadOnlyList<AuditEntry>> ReadFiledAsync(string log, long fromSequence, int limit, CancellationToken cancellationToken) =>
        ReadAsync(log, fromSequence, limit, cancellationToken);

    private static string? ValueOf(AuditEntry entry, AuditColumn column) =>
        column switch
        {
            AuditColumn.Decision => entry.Decision,
            AuditColumn.Reason => entry.Reason,
            AuditColumn.Client => entry.Client,
            AuditColumn.Tenant => entry.Tenant,
            AuditColumn.ResourceType => entry.ResourceType,
            AuditColumn.Organization => entry.Organization,
            _ => entry.Interaction,
        };
}
