using PhiGateway.Audit.Shipping;

namespace PhiGateway.Watch.Feed;

/// <summary>How far one log was read, and what was read of it but not yet handed on; one per log in <see cref="TrailFeed"/>.</summary>
/// <remarks>
/// Places that were passed over are remembered as holes and looked at again each round: what a store lost in a failover is sent again, and
/// whoever ships may have put a row so far behind the log that all that is written honestly comes before it (ADR 128).
/// </remarks>
internal sealed class LogCursor(string log, long next)
{
    /// <summary>Holes that are remembered; what stands behind one more waits until one of them is filled.</summary>
    public const int MostHoles = 64;

    private readonly Queue<AuditEntry> _waiting = new();
    private readonly List<PlaceHole> _holes = [];
    private bool _hasLooked;

    // Whether the store itself said so in this round; it is passed by as well.
    private bool _isRead;

    /// <summary>Sequence behind the last entry that was handed on.</summary>
    public long Next { get; private set; } = next;

    /// <summary>Places before that of which nothing was handed on yet.</summary>
    public IReadOnlyList<PlaceHole> Holes => _holes;

    /// <summary>Whether the store held nothing further when it was last asked.</summary>
    public bool IsAtEnd { get; private set; }

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
        var (expected, holes) = (Next, _holes.Count);
        foreach (var entry in entries)
        {
            holes += entry.Sequence > expected ? 1 : 0;
            if (holes > MostHoles)
            {
                _isRead = IsAtEnd = true;
                return true;
            }

            _waiting.Enqueue(entry);
            expected = entry.NextPlace;
        }

        _isRead = IsAtEnd = entries.Count < page;
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
            Fill(entry.Sequence);
            return entry;
        }

        if (entry.Sequence > Next)
        {
            _holes.Add(new PlaceHole(Next, entry.Sequence));
        }

        Next = entry.NextPlace;
        return entry;
    }

    /// <summary>A new round: the store may hold more by now.</summary>
    public void Reopen()
    {
        IsFollowed |= _isRead && _waiting.Count == 0;
        (_isRead, IsAtEnd, _hasLooked) = (false, false, false);
    }

    // The first page of what has come into a hole; whether anything has. One row says whether a page is worth reading. Security: rows within
    // a hole part it, and whoever ships may add as many as they like: what stands behind one hole too many waits here, too.
    private async Task<bool> FillHolesAsync(IAuditStore store, int page, CancellationToken cancellationToken)
    {
        foreach (var hole in _holes)
        {
            if (await store.ReadAsync(log, hole.From, 1, cancellationToken) is not [var first, ..] || first.Sequence >= hole.To)
            {
                continue;
            }

            var (expected, holes) = (hole.From, _holes.Count);
            foreach (var entry in await store.ReadAsync(log, hole.From, page, cancellationToken))
            {
                holes += entry.Sequence > expected ? 1 : 0;
                if (entry.Sequence >= hole.To || holes > MostHoles)
                {
                    break;
                }

                _waiting.Enqueue(entry);
                expected = entry.NextPlace;
            }

            if (_waiting.Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    // What is left of the hole on either side stays one.
    private void Fill(long sequence)
    {
        var at = _holes.FindIndex(hole => hole.From <= sequence && sequence < hole.To);
        if (at < 0)
        {
            return;
        }

        var hole = _holes[at];
        _holes.RemoveAt(at);
        if (sequence + 1 < hole.To)
        {
            _holes.Insert(at, new PlaceHole(sequence + 1, hole.To));
        }

        if (hole.From < sequence)
        {
            _holes.Insert(at, new PlaceHole(hole.From, sequence));
        }
    }
}

/// <summary>Places of a log that were passed over.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The one behind the last.</param>
internal readonly record struct PlaceHole(long From, long To);
