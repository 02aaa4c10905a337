using System.Net;
using PhiGateway.Audit.Records;
using PhiGateway.Identity.Common;
using PhiGateway.TokenService.Configuration;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>
/// Bounds how many assertions that do not hold have their signature verified, which is by far the dearest step that a stranger can ask for:
/// by address (an IPv6 network of /64 is one), and by the client whose name they bear. Asked by the authentication of clients before each
/// verification, and told what came of it.
/// </summary>
/// <remarks>
/// Thread-safe. Security: who floods in a client's name must not keep the client out. Where the client has proven itself before, or where
/// its registered networks are, it has an account of its own, which what comes from elsewhere does not touch.
/// </remarks>
/// <param name="options">The rates.</param>
/// <param name="time">The clock.</param>
internal sealed class FalseSignatures(TokenServiceOptions options, TimeProvider time)
{
    // Bounds the memory: further addresses share one account.
    internal const int MostPeers = 4096;

    // Of one client, whose workers may have an address each; who was there last the longest time ago is forgotten first.
    internal const int MostPlaces = 64;

    // No network is written like this.
    private const string Others = "others";

    private readonly Lock _lock = new();

    // Only of who showed one that does not hold.
    private readonly FalseCounts<string> _peers = new(Others, MostPeers);

    // Only of clients that the registry has.
    private readonly Dictionary<string, ClientCounts> _clients = new(StringComparer.Ordinal);
    private readonly long _started = time.GetTimestamp();

    /// <summary>How long the next assertion must wait before anybody looks at its signature; zero: it need not.</summary>
    /// <param name="client">Whom it names, registered or not.</param>
    /// <param name="peer">Who shows it; null: nobody knows.</param>
    /// <param name="isNear">Whether the address is in a network that is registered for the client.</param>
    /// <param name="detail">Whose account is spent, for the record; null: none.</param>
    public TimeSpan WaitOf(string client, IPAddress? peer, bool isNear, out string? detail)
    {
        var name = PeerNetwork.Of(peer);
        var now = time.GetElapsedTime(_started);
        lock (_lock)
        {
            var counts = _clients.GetValueOrDefault(client);
            if (FindPlace(counts, name, isNear) is { } place)
            {
                return Told(place.WaitAt(now), "assertion:false-signatures-here", out detail);
            }

            if (isNear)
            {
                detail = null;
                return TimeSpan.Zero;
            }

            // The address first, and whatever client it names: else the answer would tell which clients there are.
            var ofPeer = Told(_peers.Find(name)?.WaitAt(now) ?? TimeSpan.Zero, "assertion:false-signatures-of-peer", out detail);
            return ofPeer > TimeSpan.Zero || counts is null
                ? ofPeer
                : Told(counts.Elsewhere.WaitAt(now), "assertion:false-signatures-of-client", out detail);
        }
    }

    /// <summary>Whether the client has shown from there that it is who it says.</summary>
    public bool HasProven(string client, IPAddress? peer)
    {
        lock (_lock)
        {
            return _clients.TryGetValue(client, out var counts) && counts.Places.ContainsKey(PeerNetwork.Of(peer));
        }
    }

    /// <summary>Takes note of an assertion of a registered client whose signature does not hold, or that was used before.</summary>
    public void NoteFalse(string client, IPAddress? peer, bool isNear)
    {
        var name = PeerNetwork.Of(peer);
        var now = time.GetElapsedTime(_started);
        lock (_lock)
        {
            var counts = CountsOf(client);
            if (FindPlace(counts, name, isNear) is { } place)
            {
                place.Note(options.FalseSignaturesPerSecondPerClient, now);
                return;
            }

            counts.Elsewhere.Note(options.FalseSignaturesPerSecondPerClient, now);
            _peers.Of(name, now).Note(options.FalseSignaturesPerSecondPerPeer, now);
        }
    }

    /// <summary>Takes note of a good assertion, whose one use was taken: the client was there.</summary>
    public void NoteGood(string client, IPAddress? peer)
    {
        var name = PeerNetwork.Of(peer);
        var now = time.GetElapsedTime(_started);
        lock (_lock)
        {
            var places = CountsOf(client).Places;
            if (!places.TryGetValue(name, out var place))
            {
                if (places.Count >= MostPlaces)
                {
                    _ = places.Remove(places.MinBy(static known => known.Value.LastGood).Key);
                }

                places[name] = place = new FalseCount();
            }

            place.LastGood = now;
        }
    }

    private static TimeSpan Told(TimeSpan wait, string spent, out string? detail)
    {
        detail = wait > TimeSpan.Zero ? spent : null;
        return wait;
    }

    // The registered networks of a client are one place, however large they are.
    private static FalseCount? FindPlace(ClientCounts? counts, string peer, bool isNear)
    {
        if (counts is not null && counts.Places.TryGetValue(peer, out var place))
        {
            return place;
        }

        return isNear ? counts?.Near : null;
    }

    private ClientCounts CountsOf(string client)
    {
        if (!_clients.TryGetValue(client, out var counts))
        {
            _clients[client] = counts = new ClientCounts();
        }

        return counts;
    }

    // What is known of one client.
    private sealed class ClientCounts
    {
        public FalseCount Elsewhere { get; } = new();

        public FalseCount Near { get; } = new();

        public Dictionary<string, FalseCount> Places { get; } = new(StringComparer.Ordinal);
    }
}
