using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Counts requests by steps of time and remembers the steps that have passed, so that whoever looks again lets only the last of them be
/// counted. Asked by <see cref="TrafficReports"/>, which puts each look on record before. Thread-safe and bounded.
/// </summary>
/// <remarks>
/// Records arrive late: a step is remembered when it is an hour old, and after an hour everything is counted anew. What is narrowed to one
/// client, tenant or decision is counted each time.
/// </remarks>
internal sealed class TrafficMemory(IAuditStore store, TimeProvider time)
{
    // The pictures of one page, each in its few lengths.
    private const int Most = 8;

    private static readonly TimeSpan Late = TimeSpan.FromHours(1);
    private static readonly TimeSpan Anew = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    /// <summary>Counts what is asked for.</summary>
    public async Task<IReadOnlyList<AuditCount>> CountAsync(AuditCounts counts, CancellationToken cancellationToken)
    {
        if (counts.Step is not { } step || !IsWhole(counts) || PassedOf(counts, step) <= counts.From)
        {
            return await store.CountAsync(counts, cancellationToken);
        }

        var key = $"{step.Ticks} {string.Join(' ', counts.By)}";
        var passed = PassedOf(counts, step);
        if (Find(key, counts, step) is not { } kept)
        {
            var all = await store.CountAsync(counts, cancellationToken);
            Keep(key, new Kept(counts.From, passed, time.GetUtcNow(), [.. all.Where(row => row.At < passed)]), all.Count);
            return all;
        }

        var newer = await store.CountAsync(counts with { From = kept.Until }, cancellationToken);
        AuditCount[] rows = [.. kept.Rows.Where(row => row.At >= counts.From), .. newer];
        Keep(key, new Kept(counts.From, passed, kept.Counted, [.. rows.Where(row => row.At < passed)]), rows.Length);
        return [.. rows.OrderByDescending(static row => row.Count).Take(counts.Limit)];
    }

    private static bool IsWhole(AuditCounts counts) =>
        counts is { Client: null, Tenant: null, Decision: null, Reason: null, Organizations.Count: 0 };

    // The end of the last step that is old enough.
    private DateTimeOffset PassedOf(AuditCounts counts, TimeSpan step)
    {
        var old = time.GetUtcNow() - Late;
        var until = old < counts.To ? old : counts.To;
        return until <= counts.From ? counts.From : counts.From + (step * ((until - counts.From).Ticks / step.Ticks));
    }

    // What is kept serves when it reaches back far enough, in the same steps.
    private Kept? Find(string key, AuditCounts counts, TimeSpan step)
    {
        lock (_gate)
        {
            return
                _kept.TryGetValue(key, out var kept)
                && kept.From <= counts.From
                && kept.Until > counts.From
                && kept.Until <= counts.To
                && (counts.From - kept.From).Ticks % step.Ticks == 0
                && time.GetUtcNow() - kept.Counted is var age
                && age >= TimeSpan.Zero
                && age < Anew
                ? kept
                : null;
        }
    }

    private void Keep(string key, Kept kept, int rows)
    {
        // An answer that is cut lacks what is rare.
        if (rows >= AuditCounts.MostRows)
        {
            return;
        }

        lock (_gate)
        {
            if (_kept.Count >= Most && !_kept.ContainsKey(key))
            {
                _kept.Remove(_kept.MinBy(static pair => pair.Value.Counted).Key);
            }

            _kept[key] = kept;
        }
    }

    private sealed record Kept(DateTimeOffset From, DateTimeOffset Until, DateTimeOffset Counted, AuditCount[] Rows);
}
