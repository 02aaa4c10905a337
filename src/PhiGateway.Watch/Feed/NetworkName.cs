using System.Net;
using System.Net.Sockets;

namespace PhiGateway.Watch.Feed;

/// <summary>Names the network that an address belongs to, as detection tells places apart: a /24, of IPv6 a /48.</summary>
internal static class NetworkName
{
    [ThreadStatic]
    private static WorkedOut<string>? _known;

    /// <summary>Such as <c>203.0.113.0/24</c>; empty for what is no address.</summary>
    public static string Of(string? peer) => peer is null ? string.Empty : (_known ??= new WorkedOut<string>(Read)).Of(peer);

    private static string Read(string peer)
    {
        if (!IPAddress.TryParse(peer, out var address))
        {
            return string.Empty;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out var length);
        var kept = address.AddressFamily == AddressFamily.InterNetwork ? 3 : 6;
        bytes[kept..length].Clear();
        return $"{new IPAddress(bytes[..length])}/{kept * 8}";
    }
}
