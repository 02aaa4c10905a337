using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PhiGateway.Identity.Common;

/// <summary>Says who an address stands for where strangers are counted: of IPv6 a network of /64 is one caller, who has all of it.</summary>
internal static class PeerKey
{
    /// <summary>The same for all that one caller has; the default, which is nobody's address, where there is none.</summary>
    public static UInt128 Of(IPAddress? peer)
    {
        if (peer is null)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        _ = (peer.AddressFamily == AddressFamily.InterNetwork ? peer.MapToIPv6() : peer).TryWriteBytes(bytes, out _);
        if (peer.AddressFamily != AddressFamily.InterNetwork && !peer.IsIPv4MappedToIPv6)
        {
            bytes[8..].Clear();
        }

        return MemoryMarshal.Read<UInt128>(bytes);
    }
}
