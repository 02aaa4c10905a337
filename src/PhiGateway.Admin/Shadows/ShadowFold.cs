using System.Buffers.Binary;
using PhiGateway.Admin.Replay;
using PhiGateway.Audit.Records;

namespace PhiGateway.Admin.Shadows;

/// <summary>
/// Counts what a shadow sees: which records it judges, and which answers would be others, by client and reason. Filled by the loop, read by
/// reports.
/// </summary>
/// <remarks>
/// Thread-safe and bounded: in rows, and in examples of each. Which records are judged follows from the records alone, so that every node
/// comes to the same and so does one that starts anew.
/// </remarks>
internal sealed class ShadowFold(int oneIn, int perSecond)
{
    internal const int MostRows = 500;
    internal const int MostExamples = 5;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Client, string Was, string Becomes, string? Rule), Row> _rows = [];
    private readonly SortedDictionary<string, long> _not = new(StringComparer.Ordinal);
    private long _seen;
    private long _judged;
    private long _notSampled;
    private long _overBudget;
    private long _denied;
    private long _permitted;
    private long _others;

    /// <summary>Whether a record is judged: it is of the sample, and its log and second have not had their number of them.</summary>
    /// <param name="id">The record's.</param>
    /// <param name="inSecond">How many of its log and second were judged before it.</param>
    public bool Admits(Guid id, int inSecond)
    {
        lock (_gate)
        {
            _seen++;
            if (!IsSampled(id))
            {
                _notSampled++;
                return false;
            }

            if (inSecond >= perSecond)
            {
                _overBudget++;
                return false;
            }

            return true;
        }
    }

    /// <summary>Counts one that could not be judged.</summary>
    public void Miss(string why)
    {
        lock (_gate)
        {
            _not[why] = _not.GetValueOrDefault(why) + 1;
        }
    }

    /// <summary>Counts one that was judged.</summary>
    public void Take(AuditRecord record, Judged judged)
    {
        lock (_gate)
        {
            _judged++;
            if (!judged.Differs)
            {
                return;
            }

            var isDenied = judged.Was == ReplayJudge.Permitted;
            _denied += isDenied ? 1 : 0;
            _permitted += isDenied ? 0 : 1;
            var key = (record.Client ?? string.Empty, judged.Was, judged.Becomes, judged.Rule);
            if (!_rows.TryGetValue(key, out var row))
            {
                if (_rows.Count >= MostRows)
                {
                    _others++;
                    return;
                }

                _rows[key] = row = new Row(record.Time);
            }

            row.Take(record);
        }
    }

    /// <summary>What was counted.</summary>
    /// <param name="most">Most rows; what is in none of them is counted as other.</param>
    public ShadowCounts Counts(int most = MostRows)
    {
        lock (_gate)
        {
            var rows = _rows
                .OrderByDescending(static row => row.Value.Count)
                .ThenBy(static row => row.Key.Client, StringComparer.Ordinal)
                .ToList();
            return new ShadowCounts(
                _seen,
                _judged,
                _notSampled,
                _overBudget,
                _denied,
                _permitted,
                [
                    .. rows.Take(most)
                        .Select(static row => new ShadowChange(
                            row.Key.Client,
                            row.Key.Was,
                            row.Key.Becomes,
                            row.Key.Rule,
                            row.Value.Count,
                            row.Value.First,
                            row.Value.Last,
                            [.. row.Value.Examples]
                        )),
                ],
                _others + rows.Skip(most).Sum(static row => row.Value.Count),
                new SortedDictionary<string, long>(_not, StringComparer.Ordinal)
            );
        }
    }

    // The random end of the id: nobody chooses it, and it is the same wherever the record is read.
    private bool IsSampled(Guid id)
    {
        if (oneIn <= 1)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[16];
        _ = id.TryWriteBytes(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) % (ulong)oneIn == 0;
    }

    private sealed class Row(DateTimeOffset first)
    {
        public long Count { get; private set; }

        public DateTimeOffset First { get; private set; } = first;

        public DateTimeOffset Last { get; private set; } = first;

        public List<Guid> Examples { get; } = [];

        // Logs are read one after the other: what comes later may be older.
        public void Take(AuditRecord record)
        {
            Count++;
            First = record.Time < First ? record.Time : First;
            Last = record.Time > Last ? record.Time : Last;
            if (Examples.Count < MostExamples)
            {
                Examples.Add(record.Id);
            }
        }
    }
}
