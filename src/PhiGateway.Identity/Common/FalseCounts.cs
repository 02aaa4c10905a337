namespace PhiGateway.Identity.Common;

/// <summary>
/// Keeps a count for each address that showed something that does not hold; kept by those who bound how much they look at for one address.
/// </summary>
/// <remarks>
/// Not thread-safe: under the lock of who keeps it. Security: addresses are for the taking, so that there are so many counts at most;
/// further addresses share one, and one that is idle makes room.
/// </remarks>
/// <typeparam name="TPeer">What stands for an address.</typeparam>
/// <param name="others">Stands for all that have no count of their own; nobody's address.</param>
/// <param name="most">How many counts there are.</param>
public sealed class FalseCounts<TPeer>(TPeer others, int most)
    where TPeer : notnull
{
    private readonly Dictionary<TPeer, FalseCount> _peers = [];

    /// <summary>What counts for an address; null: nothing was shown there, and it has room for a count of its own.</summary>
    public FalseCount? Find(TPeer peer) =>
        _peers.TryGetValue(peer, out var own) || (_peers.Count >= most && _peers.TryGetValue(others, out own)) ? own : null;

    /// <summary>What counts for an address from now on.</summary>
    public FalseCount Of(TPeer peer, TimeSpan now)
    {
        if (_peers.TryGetValue(peer, out var known))
        {
            return known;
        }

        if (_peers.Count >= most)
        {
            foreach (var (other, count) in _peers)
            {
                if (count.IsIdle(now))
                {
                    _ = _peers.Remove(other);
                }
            }
        }

        peer = _peers.Count < most ? peer : others;
        if (!_peers.TryGetValue(peer, out known))
        {
            _peers[peer] = known = new FalseCount();
        }

        return known;
    }
}
