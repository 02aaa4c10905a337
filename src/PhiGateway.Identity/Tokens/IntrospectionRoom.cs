using System.Net;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Bounds how many questions about opaque tokens are under way, so that whoever sends what is no token keeps no client waiting: a quarter is
/// kept for tokens that were active before, of the rest one peer has a share, and a peer whose texts are no tokens is asked about no further
/// for a moment. Asked by <see cref="Introspector"/>.
/// </summary>
/// <remarks>Thread-safe. A peer is an address, of IPv6 a network of /64: one caller has all of it.</remarks>
internal sealed class IntrospectionRoom(IntrospectionOptions options, TimeProvider time) : IDisposable
{
    // Bounds the memory: further peers share one place.
    private const int MostPeers = 4096;

    // A burst of new tokens of one client waits its turn; a flood does not make everybody wait.
    private const int MostWaiting = 64;

    private readonly SemaphoreSlim _kept = new(KeptOf(options.AtOnce));
    private readonly SemaphoreSlim _others = new(options.AtOnce - KeptOf(options.AtOnce));
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, PeerShare> _peers = [];
    private readonly long _started = time.GetTimestamp();

    /// <summary>How long a question waits for its turn; default 1 second.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Takes a place; null: there is none.</summary>
    /// <param name="peer">Who shows the token; null: nobody knows.</param>
    /// <param name="wasActive">Whether it was active a while ago.</param>
    public async ValueTask<IntrospectionPlace?> EnterAsync(IPAddress? peer, bool wasActive)
    {
        if (wasActive)
        {
            if (await _kept.WaitAsync(TimeSpan.Zero))
            {
                return new IntrospectionPlace(_kept, null);
            }

            return await _others.WaitAsync(Patience) ? new IntrospectionPlace(_others, null) : null;
        }

        var share = ShareOf(PeerKey.Of(peer));
        if (share is null || !await share.WaitAsync(Patience))
        {
            return null;
        }

        if (await _others.WaitAsync(Patience))
        {
            return new IntrospectionPlace(_others, share);
        }

        share.Leave();
        return null;
    }

    /// <summary>Takes note that what a peer showed is no token of the issuer's.</summary>
    public void NoteUnknown(IPAddress? peer)
    {
        lock (_lock)
        {
            if (_peers.TryGetValue(PeerKey.Of(peer), out var share) || _peers.TryGetValue(default, out share))
            {
                share.NoteUnknown(options.UnknownPerSecondPerPeer, time.GetElapsedTime(_started));
            }
        }
    }

    public void Dispose()
    {
        _kept.Dispose();
        _others.Dispose();
        foreach (var share in _peers.Values)
        {
            share.Dispose();
        }
    }

    private static int KeptOf(int atOnce) => Math.Max(1, atOnce / 4);

    // Null: its texts were no tokens, too often.
    private PeerShare? ShareOf(UInt128 key)
    {
        var now = time.GetElapsedTime(_started);
        lock (_lock)
        {
            if (!_peers.TryGetValue(key, out var share))
            {
                if (_peers.Count >= MostPeers)
                {
                    Forget(now);
                }

                // The default is nobody's address.
                key = _peers.Count < MostPeers ? key : default;
                if (!_peers.TryGetValue(key, out share))
                {
                    _peers[key] = share = new PeerShare(options.AtOncePerPeer, MostWaiting);
                }
            }

            return share.IsTiring(now) ? null : share.Taken();
        }
    }

    private void Forget(TimeSpan now)
    {
        foreach (var (key, share) in _peers)
        {
            if (share.IsIdle(now))
            {
                _peers.Remove(key);
                share.Dispose();
            }
        }
    }
}

/// <summary>What one peer takes of the room for introspection.</summary>
/// <param name="atOnce">Questions under way.</param>
/// <param name="mostWaiting">Questions that wait for them.</param>
internal sealed class PeerShare(int atOnce, int mostWaiting) : IDisposable
{
    // So many texts that are no tokens, in seconds of the rate, are nothing strange at once.
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _places = new(atOnce);
    private TimeSpan _unknownUntil;
    private int _inside;

    /// <summary>Counted as inside until it leaves; called under the room's lock.</summary>
    public PeerShare Taken()
    {
        Interlocked.Increment(ref _inside);
        return this;
    }

    /// <summary>Waits for a place; false: there is none, and it is no longer inside.</summary>
    public async ValueTask<bool> WaitAsync(TimeSpan patience)
    {
        if (Volatile.Read(ref _inside) <= atOnce + mostWaiting && await _places.WaitAsync(patience))
        {
            return true;
        }

        Interlocked.Decrement(ref _inside);
        return false;
    }

    public void Leave()
    {
        _places.Release();
        Interlocked.Decrement(ref _inside);
    }

    /// <summary>Counts a text that is no token; called under the room's lock.</summary>
    public void NoteUnknown(int perSecond, TimeSpan now)
    {
        var next = (_unknownUntil > now ? _unknownUntil : now) + (TimeSpan.FromSeconds(1) / perSecond);
        _unknownUntil = next < now + (2 * Burst) ? next : now + (2 * Burst);
    }

    /// <summary>Whether there were too many of them.</summary>
    public bool IsTiring(TimeSpan now) => _unknownUntil > now + Burst;

    public void Dispose() => _places.Dispose();

    public bool IsIdle(TimeSpan now) => Volatile.Read(ref _inside) == 0 && _unknownUntil <= now;
}

/// <summary>A place among the questions under way, given back at the question's end.</summary>
internal sealed class IntrospectionPlace(SemaphoreSlim room, PeerShare? share) : IDisposable
{
    public void Dispose()
    {
        room.Release();
        share?.Leave();
    }
}
