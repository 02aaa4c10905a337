using System.Globalization;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Counts of times that are over, kept for a while in pieces of an hour or a day: a picture of a fortnight is not counted anew for each look,
/// and when it has moved on by an hour only that hour is. Takes what <see cref="IAuditStore.CountAsync"/> takes, and gives the same, up to
/// <see cref="Age"/> old; asked by <see cref="TrafficReports"/>.
/// </summary>
/// <remarks>
/// Thread-safe. A record that a node could ship only late is in the next count; what is over for a day is counted again after
/// <see cref="OldAge"/>. Nothing is kept beyond <see cref="Most"/> counts or <see cref="MostRows"/> rows in all.
/// </remarks>
internal sealed class SettledCounts(IAuditStore store, TimeProvider time)
{
    /// <summary>How old a count of the last day may be.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(10);

    /// <summary>How old a count of the days before may be.</summary>
    public static readonly TimeSpan OldAge = TimeSpan.FromHours(1);

    internal const int Most = 512;
    internal const int MostRows = 200_000;

    // Beyond so many pieces a time is cut into longer ones.
    private const int MostHours = 48;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);
    private int _rows;

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

        var found = new List<AuditCount>();
        foreach (var (from, to) in PiecesOf(counts, border))
        {
            found.AddRange(await SettledAsync(counts with { From = from, To = to }, cancellationToken));
        }

        found.AddRange(await store.CountAsync(counts with { From = border }, cancellationToken));
        if (counts.Step is not null)
        {
            // The first piece begins where it did for whoever looked before, so that it is found again.
            return [.. found.Where(row => row.At >= counts.From).OrderByDescending(static row => row.Count).Take(counts.Limit)];
        }

        // One step: the same values stand in several.
        var sums = new Dictionary<string, AuditCount>(StringComparer.Ordinal);
        foreach (var row in found)
        {
            var key = string.Join('\0', row.Values.Select(static value => value is null ? "-" : "+" + value));
            sums[key] = row with { At = counts.From, Count = row.Count + (sums.TryGetValue(key, out var known) ? known.Count : 0) };
        }

        return [.. sums.Values.OrderByDescending(static row => row.Count).Take(counts.Limit)];
    }

    // Cut at whole hours or days, of which each holds whole steps; a step that fits into none is counted in one piece.
    private static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> PiecesOf(AuditCounts counts, DateTimeOffset border)
    {
        var piece = border - counts.From <= TimeSpan.FromHours(MostHours) ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1);
        if (counts.Step is { } step && piece.Ticks % step.Ticks != 0)
        {
            piece = TimeSpan.FromDays(1);
        }

        var isWhole = counts.Step is not { } length || (piece.Ticks % length.Ticks == 0 && counts.From.UtcTicks % length.Ticks == 0);
        if (!isWhole)
        {
            yield return (counts.From, border);
            yield break;
        }

        var begin = new DateTimeOffset(counts.From.UtcTicks - (counts.From.UtcTicks % piece.Ticks), TimeSpan.Zero);
        for (var from = begin; from < border; from += piece)
        {
            var to = from + piece < border ? from + piece : border;
            var isCut = from < counts.From && counts.Step is null;
            yield return (isCut ? counts.From : from, to);
        }
    }

    private async Task<IReadOnlyList<AuditCount>> SettledAsync(AuditCounts counts, CancellationToken cancellationToken)
    {
        var (key, now) = (KeyOf(counts), time.GetUtcNow());
        var age = now - counts.To > TimeSpan.FromDays(1) ? OldAge : Age;
        lock (_lock)
        {
            if (_kept.TryGetValue(key, out var kept) && now - kept.At < age && now >= kept.At)
            {
                return kept.Rows;
            }
        }

        var rows = await store.CountAsync(counts, cancellationToken);
        lock (_lock)
        {
            Drop(key);
            while (_kept.Count > 0 && (_kept.Count >= Most || _rows + rows.Count > MostRows))
            {
                Drop(_kept.MinBy(static pair => pair.Value.At).Key);
            }

            _kept[key] = new Kept(now, rows);
            _rows += rows.Count;
        }

        return rows;
    }

    private void Drop(string key)
    {
        if (_kept.Remove(key, out var gone))
        {
            _rows -= gone.Rows.Count;
        }
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

    private sealed record Kept(DateTimeOffset At, IReadOnlyList<AuditCount> Rows);
}
