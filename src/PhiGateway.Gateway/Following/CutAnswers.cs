using System.Collections.Concurrent;

namespace PhiGateway.Gateway.Following;

/// <summary>
/// Counts running answers by the registry revision that ended them: each tells it, and the control plane asks after an act that closes.
/// </summary>
internal sealed class CutAnswers(SnapshotHolder snapshots, TimeProvider clock)
{
    // A revocation is in force within a second; beyond this the administrator is told that it is not yet.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Of acts longer ago nobody asks.
    private const int MostRevisions = 256;

    private readonly ConcurrentDictionary<long, (int Count, DateTimeOffset Last)> _byRevision = new();

    /// <summary>How many revisions are remembered.</summary>
    internal int Kept => _byRevision.Count;

    /// <summary>One answer was ended when this revision came into force.</summary>
    public void Note(long revision)
    {
        var now = clock.GetUtcNow();
        _byRevision.AddOrUpdate(revision, (1, now), (_, known) => (known.Count + 1, now));
        if (_byRevision.Count > MostRevisions)
        {
            foreach (var old in _byRevision.Keys.Order().Take(MostRevisions / 2))
            {
                _byRevision.TryRemove(old, out _);
            }
        }
    }

    /// <summary>
    /// How many answers were ended by an act and by what came into force with it, and whether it is in force: this node has seen since, in a
    /// look that began after the act, that what it enforces is the newest.
    /// </summary>
    /// <remarks>
    /// Security: a revision alone says nothing. A node that was ahead of a standby which took over refuses it, and its own number is the
    /// greater one.
    /// </remarks>
    /// <param name="revision">The act's revision, written before this is called.</param>
    /// <param name="begun">When the act was begun: what was ended before was ended by another.</param>
    public async Task<(int Count, bool InForce)> CountAsync(long revision, DateTimeOffset begun)
    {
        var (asked, moment) = (clock.GetTimestamp(), clock.GetUtcNow());
        bool inForce;
        snapshots.WantLook();
        while (!(inForce = IsInForce(revision, moment)) && clock.GetElapsedTime(asked) < Patience)
        {
            await Task.Delay(Pause, clock);
        }

        var count = _byRevision.Where(one => one.Key >= revision && one.Value.Last >= begun).Sum(static one => one.Value.Count);
        return (count, inForce);
    }

    private bool IsInForce(long revision, DateTimeOffset since) => snapshots.Announced >= revision && snapshots.ConfirmedAt >= since;
}
