using PhiGateway.Audit.Shipping;

namespace PhiGateway.Watch.Feed;

/// <summary>How far one log was read, and what was read of it but not yet handed on; one per log in <see cref="TrailFeed"/>.</summary>
/// <remarks>
/// Places that were passed over are remembered as holes and looked at again each round: what a store lost in a failover is sent again, and
/// whoever ships may have put a row so far behind the log that all that is written honestly comes before it (ADR 128). What is missing up to
/// where the store once had everything was deleted, and is no hole.
/// </remarks>
internal sealed class LogCursor(string log, long next)
{
    /// <summary>Holes that are remembered; what stands behind one more waits until one of them is filled.</summary>
    public const int MostHoles = 64;

    private readonly Queue<AuditEntry> _waiting = new();
    private readonly List<PlaceHole> _holes = [];
    private bool _hasLooked;

    // The first place that may be missing: up to there the store had everything, asked before what was read; 0: not asked.
    private long _missing;

    // Whether it was read to its end, or to the bound of holes, in this round: of a log that is passed by nobody knows.
    private bool _isRead;

    /// <summary>Sequence behind the last entry that was handed on.</summary>
    public long Next { get; private set; } = next;

    /// <summary>Places before that of which nothing was handed on yet.</summary>
    public IReadOnlyList<PlaceHole> Holes => _holes;

    /// <summary>Whether the store held nothing further when it was last asked.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Whether something of it waits in this round since it stands behind more holes than are remembered.</summary>
    public bool IsHeldUp { get; private set; }

    /// <summary>Whether all of it was handed on in a round before: what comes now was not there then, however old it says it is.</summary>
    public bool IsFollowed { get; private set; }

    public AuditEntry? Head => _waiting.TryPeek(out var head) ? head : null;

    /// <summary>Whether it has to be read on before anything of another log may be handed on.</summary>
    public bool IsDry => _waiting.Count == 0 && !IsAtEnd;

    /// <summary>Takes up a hole that was kept.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public void Restore(PlaceHole hole)
    {
        if (hole.From < 0 || hole.From >= hole.To || hole.To > Next)
        {
            throw new InvalidDataException("No hole.");
        }

        _holes.Add(hole);
    }

    /// <summary>Reads on when nothing waits; whether the store was asked.</summary>
    public async Task<bool> FillAsync(IAuditStore store, int page, CancellationToken cancellationToken)
    {
        if (_waiting.Count > 0 || IsAtEnd)
        {
            return false;
        }

        // A mark of before says nothing: a store that was put back lacks what it had.
        _missing = 0;
        if (!_hasLooked)
        {
            _hasLooked = !await FillHolesAsync(store, page, cancellationToken);
        }

        if (_waiting.Count > 0)
        {
            return true;
        }

        // There is nothing behind the last place that there can be.
        var entries = Next == long.MaxValue ? [] : await store.ReadAsync(log, Next, page, cancellationToken);
        if (HasHole(entries))
        {
            // The mark first, and then what stands there: what comes between the two would be taken for deleted.
            await MarkAsync(store, cancellationToken);
            entries = await store.ReadAsync(log, Next, page, cancellationToken);
        }

        _isRead = IsAtEnd = !Enqueue(entries, Next, null) || (entries.Count < page && !AuditPageBytes.IsCut(entries));
        return true;
    }

    /// <summary>For the rest of the round the others go on without it.</summary>
    public void PassBy() => IsAtEnd = true;

    /// <summary>Hands on the head.</summary>
    public AuditEntry Take()
    {
        var entry = _waiting.Dequeue();
        if (entry.Sequence < Next)
        {
            PlaceHole.Fill(_holes, entry.Sequence, _missing);
            return entry;
        }

        if (entry.Sequence > Behind(Next))
        {
            _holes.Add(new PlaceHole(Behind(Next), entry.Sequence));
        }

        Next = entry.NextPlace;
        return entry;
    }

    /// <summary>A new round: the store may hold more by now.</summary>
    public void Reopen()
    {
        IsFollowed |= _isRead && _waiting.Count == 0;
        (_isRead, IsAtEnd, IsHeldUp, _hasLooked) = (false, false, false, false);
    }

    // The first page of what has come into a hole; whether anything has. One row says whether a page is worth reading.
    private async Task<bool> FillHolesAsync(IAuditStore store, int page, CancellationToken cancellationToken)
    {
        if (_holes.Count > 0)
        {
            await MarkAsync(store, cancellationToken);
        }

        foreach (var hole in _holes.ToList())
        {
            if (await store.ReadAsync(log, hole.From, 1, cancellationToken) is not [var first, ..] || first.Sequence >= hole.To)
            {
                if (hole.To <= Behind(hole.From))
                {
                    // It came, and was deleted since.
                    _ = _holes.Remove(hole);
                }

                continue;
            }

            var rows = await store.ReadAsync(log, hole.From, page, cancellationToken);
            _ = Enqueue(rows.TakeWhile(row => row.Sequence < hole.To), hole.From, hole.To - 1);
            if (_waiting.Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    private async Task MarkAsync(IAuditStore store, CancellationToken cancellationToken) =>
        _missing = AuditEntry.PlaceAfter(await store.GetWatermarkAsync(log, cancellationToken));

    // The first place from one on that may come yet.
    private long Behind(long place) => Math.Max(place, _missing);

    private bool HasHole(IReadOnlyList<AuditEntry> entries)
    {
        var expected = Behind(Next);
        foreach (var entry in entries)
        {
            if (entry.Sequence > expected)
            {
                return true;
            }

            expected = Behind(entry.NextPlace);
        }

        return false;
    }

    // Of rows from a place on those that leave no more holes than are remembered; whether these are all. A row in a hole's last place only
    // shortens it. Security: what is parted by a row is two holes, and whoever ships may have put rows into one without end.
    private bool Enqueue(IEnumerable<AuditEntry> entries, long from, long? last)
    {
        var (expected, holes) = (Behind(from), _holes.Count);
        foreach (var entry in entries)
        {
            holes += entry.Sequence > expected && entry.Sequence != last ? 1 : 0;
            if (holes > MostHoles)
            {
                IsHeldUp = true;
                return false;
            }

            _waiting.Enqueue(entry);
            expected = Behind(entry.NextPlace);
        }

        return true;
    }
}
