using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace PhiGateway.Gateway.Egress;

/// <summary>Reads addresses and networks as operators write them: <c>10.1.2.3</c>, <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>.</summary>
internal static class Networks
{
    /// <summary>Reads one; an address alone is a network of one.</summary>
    public static bool TryParse(string? text, out IPNetwork network)
    {
        network = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            // 10.0.0.1/8 names an address and a network at once: which one was meant cannot be told.
            return IPNetwork.TryParse(text, out network)
                && IPAddress.TryParse(text.AsSpan(0, slash), out var first)
                && first.Equals(network.BaseAddress);
        }

        if (!IPAddress.TryParse(text, out var address) || !IsPlain(text, address))
        {
            return false;
        }

        network = new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        return true;
    }

    /// <summary>Reads one that was validated before.</summary>
    public static IPNetwork Parse(string text) =>
        TryParse(text, out var network) ? network : throw new FormatException($"{text} is not a network.");

    /// <summary>Whether an address lies in a network; a mapped IPv4 address counts as IPv4.</summary>
    public static bool Contains(IPNetwork network, [NotNullWhen(true)] IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true })
        {
            address = address.MapToIPv4();
        }

        return address is not null && network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);
    }

    // The parser takes 10 and 0x0a000001 for addresses too.
    private static bool IsPlain(string text, IPAddress address) =>
        address.AddressFamily != AddressFamily.InterNetwork || address.ToString() == text;
}
