namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// What the other nodes took of one quota and have leased of it, as far as they said. Part of <see cref="ClientQuota"/>, under its lock.
/// </summary>
internal sealed class TakenElsewhere
{
    // Security: whoever writes rows may have written any number. None gives anything back, and no sum goes beyond what can be counted.
    private const long Most = long.MaxValue / 8;

    private readonly Dictionary<string, long> _records = new(StringComparer.Ordinal);

    // Leased by others: it counts as if it had left, until they give it back.
    private readonly Dictionary<string, (long Patients, long Records)> _leased = new(StringComparer.Ordinal);

    /// <summary>Of how many nodes anything is known.</summary>
    public int Nodes => _leased.Count;

    /// <summary>Records that left on the day.</summary>
    public long Records => Sum(_records.Values);

    /// <summary>Patients that are leased in the stretch.</summary>
    public long LeasedPatients => Sum(_leased.Values.Select(static leased => leased.Patients));

    /// <summary>Records that are leased on the day.</summary>
    public long LeasedRecords => Sum(_leased.Values.Select(static leased => leased.Records));

    /// <summary>A node said so, in the place of what it said before.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="leased">What it has leased.</param>
    /// <param name="records">Records that left there on the day; null: it speaks of a day before.</param>
    public void Learn(string node, (long Patients, long Records) leased, long? records)
    {
        _leased[node] = leased;
        _records.Remove(node);
        if (records is { } left)
        {
            _records[node] = left;
        }
    }

    /// <summary>A new stretch begins: nobody has leased any patient of it yet.</summary>
    public void EndStretch()
    {
        foreach (var node in _leased.Keys.ToList())
        {
            _leased[node] = _leased[node] with { Patients = 0 };
        }
    }

    /// <summary>A new day begins: nothing left on it yet, and nobody has leased any of it.</summary>
    public void EndDay()
    {
        _records.Clear();
        foreach (var (node, leased) in _leased.ToList())
        {
            // Nodes come and go, each under a name of its own.
            if (leased.Patients == 0)
            {
                _leased.Remove(node);
            }
            else
            {
                _leased[node] = leased with { Records = 0 };
            }
        }
    }

    /// <summary>A number that a row says, as one that can be counted on with.</summary>
    public static long Counted(long said) => Math.Clamp(said, 0, Most);

    private static long Sum(IEnumerable<long> said)
    {
        var sum = 0L;
        foreach (var one in said)
        {
            sum += Math.Min(Counted(one), Most - sum);
        }

        return sum;
    }
}
