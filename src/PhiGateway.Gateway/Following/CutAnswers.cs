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

    private readonly ConcurrentDictionary<long, int> _byRevision = new();

    /// <summary>How many revisions are remembered.</summary>
    internal int Kept => _byRevision.Count;

    /// <summary>One answer was ended when this revision came into force.</summary>
    public void Note(long revision)
    {
        _byRevision.AddOrUpdate(revision, 1, static (_, count) => count + 1);
        if (_byRevision.Count > MostRevisions)
        {
            foreach (var old in _byRevision.Keys.Order().Take(MostRevisions / 2))
            {
                _byRevision.TryRemove(old, out _);
            }
        }
    }

    /// <summary>How many answers were ended by this revision and those that came into force with it, and whether it is in force.</summary>
    public async Task<(int Count, bool InForce)> CountAsync(long revision)
    {
        var asked = clock.GetTimestamp();
        while (snapshots.Announced < revision && clock.GetElapsedTime(asked) < Patience)
        {
            await Task.Delay(Pause, clock);
        }

        return (_byRevision.Where(one => one.Key >= revision).Sum(static one => one.Value), snapshots.Announced >= revision);
    }
}
