using System.Net;
using System.Net.Sockets;

namespace PhiGateway.Audit.Records;

/// <summary>Names whom an address stands for where strangers are counted: of IPv6 a network of /64 is one caller, since one caller has all of it.</summary>
public static class PeerNetwork
{
    /// <summary>Such as <c>203.0.113.7</c> or <c>2001:db8::/64</c>; <c>none</c> for no address.</summary>
    public static string Of(IPAddress? peer)
    {
        if (peer is null)
        {
            return "none";
        }

        if (peer.IsIPv4MappedToIPv6)
        {
            return peer.MapToIPv4().ToString();
        }

        if (peer.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return peer.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        _ = peer.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
