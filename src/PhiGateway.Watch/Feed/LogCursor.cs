using PhiGateway.Audit.Shipping;

namespace PhiGateway.Watch.Feed;

/// <summary>How far one log was read, and what was read of it but not yet handed on; one per log in <see cref="TrailFeed"/>.</summary>
internal sealed class LogCursor(string log, long next)
{
    private readonly Queue<AuditEntry> _waiting = new();

    // Whether the store itself said so in this round; it is passed by as well.
    private bool _isRead;

    /// <summary>Sequence of the next entry to be handed on.</summary>
    public long Next { get; private set; } = next;

    /// <summary>Whether the store held nothing further when it was last asked.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Whether all of it was handed on in a round before: what comes now was not there then, however old it says it is.</summary>
    public bool IsFollowed { get; private set; }

    public AuditEntry? Head => _waiting.TryPeek(out var head) ? head : null;

    /// <summary>Whether it has to be read on before anything of another log may be handed on.</summary>
    public bool IsDry => _waiting.Count == 0 && !IsAtEnd;

    /// <summary>Reads on when nothing waits; whether the store was asked.</summary>
    public async Task<bool> FillAsync(IAuditStore store, int page, CancellationToken cancellationToken)
    {
        if (_waiting.Count > 0 || IsAtEnd)
        {
            return false;
        }

        var entries = await store.ReadAsync(log, Next, page, cancellationToken);
        foreach (var entry in entries)
        {
            _waiting.Enqueue(entry);
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
        Next = entry.Sequence + 1;
        return entry;
    }

    /// <summary>A new round: the store may hold more by now.</summary>
    public void Reopen()
    {
        IsFollowed |= _isRead && _waiting.Count == 0;
        (_isRead, IsAtEnd) = (false, false);
    }
}
