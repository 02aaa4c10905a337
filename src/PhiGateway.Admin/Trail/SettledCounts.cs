using System.Globalization;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Counts of times that are over, kept for a while: a picture of a fortnight is not counted anew for each look. Takes what
/// <see cref="IAuditStore.CountAsync"/> takes, and gives the same, up to <see cref="Age"/> old; asked by <see cref="TrafficReports"/>.
/// </summary>
/// <remarks>
/// Thread-safe. A record that a node could ship only late is in the next count. Nothing is kept beyond <see cref="Most"/> counts, nor one of
/// very many rows.
/// </remarks>
internal sealed class SettledCounts(IAuditStore store, TimeProvider time)
{
    /// <summary>How old a count may be.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(10);

    private const int Most = 64;
    private const int MostRows = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset At, IReadOnlyList<AuditCount> Rows)> _kept = new(StringComparer.Ordinal);

    /// <summary>Counts what lies before a moment, where that was not done lately, and what lies behind it.</summary>
    /// <param name="counts">What is counted, over all of its time.</param>
    /// <param name="border">Between the two; a whole number of steps behind the beginning.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<AuditCount>> CountAsync(AuditCounts counts, DateTimeOffset border, CancellationToken cancellationToken)
    {
        if (border <= counts.From || border >= counts.To)
        {
            return await store.CountAsync(counts, cancellationToken);
        }

        var settled = await SettledAsync(counts with { To = border }, cancellationToken);
        var fresh = await store.CountAsync(counts with { From = border }, cancellationToken);
        if (counts.Step is not null)
        {
            return [.. settled, .. fresh];
        }

        // One step: the same values stand in both.
        var sums = new Dictionary<string, AuditCount>(StringComparer.Ordinal);
        foreach (var row in settled.Concat(fresh))
        {
            var key = string.Join('\0', row.Values.Select(static value => value is null ? "-" : "+" + value));
            sums[key] = sums.TryGetValue(key, out var known)
                ? known with
                {
                    Count = known.Count + row.Count,
                }
                : row with
                {
                    At = counts.From,
                };
        }

        return [.. sums.Values.OrderByDescending(static row => row.Count).Take(counts.Limit)];
    }

    private async Task<IReadOnlyList<AuditCount>> SettledAsync(AuditCounts counts, CancellationToken cancellationToken)
    {
        var (key, now) = (KeyOf(counts), time.GetUtcNow());
        lock (_lock)
        {
            if (_kept.TryGetValue(key, out var kept) && now - kept.At < Age && now >= kept.At)
            {
                return kept.Rows;
            }
        }

        var rows = await store.CountAsync(counts, cancellationToken);
        lock (_lock)
        {
            if (rows.Count <= MostRows)
            {
                if (_kept.Count >= Most && !_kept.ContainsKey(key))
                {
                    _kept.Remove(_kept.MinBy(static pair => pair.Value.At).Key);
                }

                _kept[key] = (now, rows);
            }
        }

        return rows;
    }

    private static string KeyOf(AuditCounts counts) =>
        string.Join(
            '\0',
            [
                counts.From.UtcTicks.ToString(CultureInfo.InvariantCulture),
                counts.To.UtcTicks.ToString(CultureInfo.InvariantCulture),
                (counts.Step?.Ticks ?? 0).ToString(CultureInfo.InvariantCulture),
                string.Join(',', counts.By),
                counts.Limit.ToString(CultureInfo.InvariantCulture),
                .. new[] { counts.Client, counts.Tenant, counts.Decision, counts.Reason }.Select(static text =>
                    text is null ? "-" : "+" + text
                ),
                .. counts.Organizations,
            ]
        );
}
