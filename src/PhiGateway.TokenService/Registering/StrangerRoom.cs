using System.Net;
using PhiGateway.Audit.Records;

namespace PhiGateway.TokenService.Registering;

/// <summary>
/// Bounds what strangers may ask in an hour, each alone (an IPv6 network of /64 is one) and all of them together; asked before anything of a
/// request is read.
/// </summary>
/// <remarks>Thread-safe. What one asks beyond its own share takes nothing of the others'.</remarks>
/// <param name="time">Clock.</param>
/// <param name="mostOfPeer">Requests of one address.</param>
/// <param name="most">Requests of all.</param>
internal sealed class StrangerRoom(TimeProvider time, int mostOfPeer, int most)
{
    private readonly Lock _lock = new();

    // Never more than requests of the hour that were let in, since only those are counted.
    private readonly Dictionary<string, int> _peers = new(StringComparer.Ordinal);
    private long _hour;
    private int _taken;

    /// <summary>Whether there is room for one request.</summary>
    /// <param name="peer">Who asks; null: nobody knows.</param>
    /// <param name="wait">How long until there may be.</param>
    public bool TryTake(IPAddress? peer, out TimeSpan wait)
    {
        var now = time.GetUtcNow();
        var hour = now.UtcTicks / TimeSpan.TicksPerHour;
        wait = TimeSpan.FromTicks(((hour + 1) * TimeSpan.TicksPerHour) - now.UtcTicks);
        lock (_lock)
        {
            if (hour != _hour)
            {
                _peers.Clear();
                (_hour, _taken) = (hour, 0);
            }

            var name = PeerNetwork.Of(peer);
            var own = _peers.GetValueOrDefault(name);
            if (own >= mostOfPeer || _taken >= most)
            {
                return false;
            }

            _peers[name] = own + 1;
            _taken++;
            return true;
        }
    }
}
