using System.Net;
using PhiGateway.Audit.Records;
using PhiGateway.Console.Configuration;

namespace PhiGateway.Console.SignIn;

/// <summary>
/// Bounds how often a visitor can make this node call the identity provider in a minute, in all and of one address (an IPv6 network of /64 is
/// one address): asked before a sign-in is begun there, and before its code is redeemed. Thread-safe.
/// </summary>
/// <param name="options">How many.</param>
/// <param name="time">The clock.</param>
internal sealed class SignInStarts(ConsoleOptions options, TimeProvider time)
{
    // Bounds the memory: further addresses of the same minute share one count.
    private const int MostPeers = 4096;

    private const string Others = "others";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _peers = new(StringComparer.Ordinal);
    private long _minute;
    private int _all;

    /// <summary>Takes one call of the provider; false: there were as many as may be in this minute.</summary>
    /// <param name="peer">For whom; null: nobody knows.</param>
    public bool TryTake(IPAddress? peer)
    {
        var isTaken = Take(PeerNetwork.Of(peer));
        if (!isTaken)
        {
            options.Exhausted?.Invoke("sign-in-starts");
        }

        return isTaken;
    }

    private bool Take(string name)
    {
        lock (_lock)
        {
            var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
            if (minute != _minute)
            {
                _peers.Clear();
                (_minute, _all) = (minute, 0);
            }

            name = _peers.Count < MostPeers || _peers.ContainsKey(name) ? name : Others;
            var ofPeer = _peers.GetValueOrDefault(name);
            if (ofPeer >= options.SignInStartsPerMinutePerPeer || _all >= options.SignInStartsPerMinute)
            {
                return false;
            }

            (_peers[name], _all) = (ofPeer + 1, _all + 1);
            return true;
        }
    }
}
