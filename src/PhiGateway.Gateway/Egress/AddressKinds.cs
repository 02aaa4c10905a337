using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace PhiGateway.Gateway.Egress;

/// <summary>
/// Classifies an IP address (loopback, link-local, multicast and kin), also where it stands inside an IPv6 address; used by
/// <see cref="EgressPolicy"/>.
/// </summary>
internal static class AddressKinds
{
    // RFC 6890 and its registry, with what clouds answer on beside it. No clinical system and no issuer lives there.
    private static readonly IPNetwork[] Never =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("224.0.0.0/4"),
        IPNetwork.Parse("240.0.0.0/4"),
        IPNetwork.Parse("100.100.100.200/32"),
        IPNetwork.Parse("168.63.129.16/32"),
        IPNetwork.Parse("::/128"),
        IPNetwork.Parse("fe80::/10"),
        IPNetwork.Parse("fec0::/10"),
        IPNetwork.Parse("ff00::/8"),
        IPNetwork.Parse("fd00:ec2::/32"),
    ];

    private static readonly IPNetwork Loopback = IPNetwork.Parse("127.0.0.0/8");

    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");

    /// <summary>Whether it is link-local, a metadata service, unspecified, multicast or reserved.</summary>
    public static bool IsNever(IPAddress address)
    {
        var inner = Unwrap(address);
        foreach (var network in Never)
        {
            if (network.BaseAddress.AddressFamily == inner.AddressFamily && network.Contains(inner))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether it is this machine's own.</summary>
    public static bool IsLoopback(IPAddress address) =>
        Unwrap(address) is var inner
        && (inner.AddressFamily == AddressFamily.InterNetwork ? Loopback.Contains(inner) : inner.Equals(IPAddress.IPv6Loopback));

    /// <summary>The IPv4 address inside an IPv6 one (mapped, compatible, NAT64, 6to4); the address itself where there is none.</summary>
    public static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out _);
        if (SixToFour.Contains(address))
        {
            return new IPAddress(bytes.Slice(2, 4));
        }

        // ::1 and :: are IPv6's own.
        var isCompatible = Compatible.Contains(address) && BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) > 1;
        return isCompatible || Translated.Contains(address) ? new IPAddress(bytes[12..]) : address;
    }
}
