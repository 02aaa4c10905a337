using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Heads;

namespace PhiGateway.Proof.Building;

/// <summary>
/// Puts a log's heads where its node cannot change them, now and then; what could not be put is kept and tried again. Used by
/// <see cref="TransparencyLog"/> from one loop; not thread-safe but for <see cref="Size"/>.
/// </summary>
internal sealed class HeadExport(string log, IHeadStore? store, TimeSpan every)
{
    private readonly List<LogHead> _unsent = [];
    private long _size = -1;
    private DateTimeOffset _sentAt;

    /// <summary>Records under the newest head that left the node since the start; -1: none did.</summary>
    public long Size => Volatile.Read(ref _size);

    /// <summary>Keeps a head to be sent.</summary>
    public void Put(SignedNote note, LogHeadKind kind, long size, DateTimeOffset now)
    {
        // While the store is away the newest checkpoint says what the older ones did; statements are kept.
        if (kind == LogHeadKind.Checkpoint)
        {
            _unsent.RemoveAll(static head => head.Kind == LogHeadKind.Checkpoint);
        }

        _unsent.Add(new LogHead(log, size, kind, note.Whole, now));
    }

    /// <summary>Sends what waits, when it is time.</summary>
    /// <param name="newest">The newest checkpoint and its size; null: none yet.</param>
    /// <param name="now">The time.</param>
    /// <param name="force">Whether it is time or not.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    /// <returns>What went wrong, in words; null: nothing.</returns>
    public async Task<string?> SendAsync(
        (SignedNote Note, long Size)? newest,
        DateTimeOffset now,
        bool force,
        CancellationToken cancellationToken
    )
    {
        if (store is null || (!force && now - _sentAt < every))
        {
            return null;
        }

        _sentAt = now;
        if (newest is var (note, size) && size != _size)
        {
            Put(note, LogHeadKind.Checkpoint, size, now);
        }

        if (_unsent.Count == 0)
        {
            return null;
        }

        try
        {
            await store.AppendAsync([.. _unsent], cancellationToken);
            Volatile.Write(ref _size, _unsent.Max(static head => head.Size));
            _unsent.Clear();
            return null;
        }
#pragma warning disable CA1031 // A store that is away, whatever it throws, costs nothing but the time until heads are outside.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return $"The store did not take the log's heads ({e.GetType().Name}); it is tried again.";
        }
    }
}
