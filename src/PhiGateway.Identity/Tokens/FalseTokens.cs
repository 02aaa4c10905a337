using System.Net;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Bounds how many tokens whose signature is false are verified for one address: all that a token must say besides is public. Asked by
/// whoever verifies strangers' tokens (calls, administrators, logouts, signals) before each verification, and told what came of it.
/// </summary>
/// <remarks>
/// Thread-safe. Security: behind one address are many. Where a client's token held before, a count of its own is asked, which what others
/// show there does not touch; tokens that are known are not verified at all.
/// </remarks>
/// <param name="perSecond">Of one address, ten seconds of it at once; ten times as many where the client's tokens held before.</param>
/// <param name="time">The clock.</param>
public sealed class FalseTokens(int perSecond, TimeProvider time)
{
    /// <summary>The rate where nothing else is said.</summary>
    public const int DefaultPerSecond = 20;

    /// <summary>What a refusal for want of it is called.</summary>
    public const string Budget = "false-tokens";

    // Bounds the memory: further addresses share one count.
    internal const int MostPeers = 4096;

    // Places that are forgotten are places again with the next good token.
    private const int MostPlaces = 16 * 1024;
    private const int OfAPlace = 10;

    private readonly Lock _lock = new();

    // Only of who showed one that does not hold.
    private readonly FalseCounts<UInt128> _peers = new(others: default, MostPeers);
    private readonly Dictionary<(UInt128 Peer, string Issuer, string Client), FalseCount> _places = [];
    private readonly long _started = time.GetTimestamp();

    /// <summary>Whether the next token is verified.</summary>
    /// <param name="peer">Who shows it; null: nobody knows.</param>
    /// <param name="issuer">Name of the issuer that it says.</param>
    /// <param name="client">The client that it says; null: none.</param>
    public bool HasRoom(IPAddress? peer, string issuer, string? client)
    {
        var key = PeerKey.Of(peer);
        var now = time.GetElapsedTime(_started);
        lock (_lock)
        {
            var count = FindPlace(key, issuer, client) ?? _peers.Find(key);
            return count is null || count.WaitAt(now) == TimeSpan.Zero;
        }
    }

    /// <summary>Takes note of a token whose signature is false.</summary>
    public void NoteFalse(IPAddress? peer, string issuer, string? client)
    {
        var key = PeerKey.Of(peer);
        var now = time.GetElapsedTime(_started);
        lock (_lock)
        {
            if (FindPlace(key, issuer, client) is { } place)
            {
                place.Note(perSecond * OfAPlace, now);
                return;
            }

            _peers.Of(key, now).Note(perSecond, now);
        }
    }

    /// <summary>Takes note of a token that held.</summary>
    public void NoteGood(IPAddress? peer, string issuer, string client)
    {
        var key = PeerKey.Of(peer);
        lock (_lock)
        {
            if (_places.ContainsKey((key, issuer, client)))
            {
                return;
            }

            if (_places.Count >= MostPlaces)
            {
                _places.Clear();
            }

            _places[(key, issuer, client)] = new FalseCount();
        }
    }

    private FalseCount? FindPlace(UInt128 peer, string issuer, string? client) =>
        client is not null && _places.TryGetValue((peer, issuer, client), out var place) ? place : null;
}
