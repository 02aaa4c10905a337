using System.Net;
using PhiGateway.Audit.Records;

namespace PhiGateway.TokenService.Trail;

/// <summary>
/// Bounds how many refusals of one address are recorded in a minute (an IPv6 network of /64 is one address); asked by
/// <see cref="TokenTrail"/>. Thread-safe.
/// </summary>
/// <param name="time">Clock.</param>
/// <param name="most">Records of one address in a minute.</param>
internal sealed class PeerFolds(TimeProvider time, int most)
{
    // Bounds the memory: further addresses of the same minute share one count.
    internal const int MostPeers = 4096;

    private const string Others = "others";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, MinuteFold> _peers = new(StringComparer.Ordinal);
    private long _minute;

    /// <summary>Whether a refusal has a record of its own.</summary>
    /// <param name="peer">Who asked; null: nobody knows.</param>
    /// <param name="note">What the record has to say of those before it; null: nothing.</param>
    public bool TryTake(IPAddress? peer, out string? note)
    {
        MinuteFold? fold;
        lock (_lock)
        {
            var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
            if (minute != _minute && _peers.Count > MostPeers / 2)
            {
                // Who comes again begins anew, as with every minute.
                _peers.Clear();
            }

            _minute = minute;
            // Who is known keeps a count of their own, however many came since.
            var name = PeerNetwork.Of(peer);
            if (!_peers.TryGetValue(name, out fold))
            {
                name = _peers.Count < MostPeers ? name : Others;
                if (!_peers.TryGetValue(name, out fold))
                {
                    _peers[name] = fold = new MinuteFold(time, most, "refusals of this address");
                }
            }
        }

        return fold.TryTake(out note);
    }
}
