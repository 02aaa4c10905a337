using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Proof.Verification;

/// <summary>
/// Holds what records whose content was destroyed are filed under against the digest that the record of the destruction names. Walks a log in the
/// order of its places, in slices that may be taken again; one per log. Not thread-safe.
/// </summary>
public sealed class DestroyedColumns
{
    private Dictionary<DestroyedPlaces, ColumnDigest> _open = [];
    private Dictionary<DestroyedPlaces, ColumnDigest> _before = [];
    private long _start;
    private long _began;
    private long _next;

    /// <summary>The next slice begins at a place: behind the last one, or where that one began; anywhere else a new walk begins.</summary>
    public void BeginAt(long sequence)
    {
        if (sequence == _began)
        {
            _open = new Dictionary<DestroyedPlaces, ColumnDigest>(_before);
        }
        else if (sequence == _next)
        {
            _before = new Dictionary<DestroyedPlaces, ColumnDigest>(_open);
        }
        else
        {
            (_open, _before, _start) = ([], [], sequence);
        }

        (_began, _next) = (sequence, sequence);
    }

    /// <summary>Takes a row that a destruction covers.</summary>
    public void Add(DestroyedPlaces of, AuditEntry row)
    {
        // A walk that began behind its first place has not seen them all.
        if (of.Columns is not null && _start <= of.First)
        {
            _open[of] = _open.GetValueOrDefault(of, ColumnDigest.None).With(row);
        }
    }

    /// <summary>Everything before a place was shown; gives the destructions that ended there and whose rows are not filed as they were.</summary>
    public IReadOnlyList<DestroyedPlaces> EndBefore(long sequence)
    {
        _next = sequence;
        var ended = _open.Where(one => one.Key.Last < sequence).ToList();
        foreach (var (of, _) in ended)
        {
            _ = _open.Remove(of);
        }

        return [.. ended.Where(static one => IsOther(one.Key, one.Value)).Select(static one => one.Key)];
    }

    // Of fewer or more rows others are told: they are missing, or went with their month meanwhile, or are filed under another tenant.
    private static bool IsOther(DestroyedPlaces of, ColumnDigest made) => made.Count == of.Count && made.Text != of.Columns;
}
