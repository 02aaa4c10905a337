using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Ingress;

/// <summary>
/// Counts client connections, in total and by address, and closes those beyond the limits before a byte of them is read, so that nobody can
/// take the last handle. Added to every listener before TLS.
/// </summary>
/// <remarks>Thread-safe. Memory follows the number of open connections.</remarks>
/// <param name="limits">How many there may be.</param>
/// <param name="peers">Knows the proxies, which speak for many.</param>
/// <param name="metrics">Counts those that found no room.</param>
/// <param name="listener">Of which listener, for the metric.</param>
internal sealed class ConnectionGate(ConnectionLimits limits, PeerAddress peers, GatewayMetrics metrics, string listener)
{
    private readonly ConcurrentDictionary<IPAddress, int> _byPeer = new();
    private int _total;

    /// <summary>Adds it to a listener.</summary>
    public void Use(ListenOptions listen) => listen.Use(next => connection => PassAsync(connection, next));

    /// <summary>Takes a place for a connection; false: there is none, and nothing is taken.</summary>
    internal bool TryEnter(IPAddress? peer)
    {
        if (Interlocked.Increment(ref _total) > limits.Total)
        {
            Interlocked.Decrement(ref _total);
            metrics.ConnectionRefused("total", listener);
            return false;
        }

        if (Keyed(peer) is not { } key)
        {
            return true;
        }

        while (true)
        {
            var count = _byPeer.GetValueOrDefault(key);
            if (count >= limits.PerPeer)
            {
                Interlocked.Decrement(ref _total);
                metrics.ConnectionRefused("peer", listener);
                return false;
            }

            if (count == 0 ? _byPeer.TryAdd(key, 1) : _byPeer.TryUpdate(key, count + 1, count))
            {
                return true;
            }
        }
    }

    /// <summary>Gives the place back.</summary>
    internal void Leave(IPAddress? peer)
    {
        Interlocked.Decrement(ref _total);
        if (Keyed(peer) is not { } key)
        {
            return;
        }

        while (_byPeer.TryGetValue(key, out var count))
        {
            var isDone = count == 1 ? _byPeer.TryRemove(KeyValuePair.Create(key, 1)) : _byPeer.TryUpdate(key, count - 1, count);
            if (isDone)
            {
                return;
            }
        }
    }

    private async Task PassAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var peer = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (!TryEnter(peer))
        {
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(peer);
        }
    }

    // Who has one IPv6 address has the whole /64. A listed proxy speaks for many.
    private IPAddress? Keyed(IPAddress? peer)
    {
        if (peer is null || peers.IsProxy(peer))
        {
            return null;
        }

        if (peer.IsIPv4MappedToIPv6)
        {
            return peer.MapToIPv4();
        }

        if (peer.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return peer;
        }

        Span<byte> bytes = stackalloc byte[16];
        _ = peer.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}
