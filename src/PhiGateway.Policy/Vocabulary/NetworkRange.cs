using System.Buffers;
using System.Net;

namespace PhiGateway.Policy.Vocabulary;

/// <summary>Reads networks in CIDR form, exactly: a prefix is required and no bit may stand beyond it.</summary>
internal static class NetworkRange
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("0123456789abcdefABCDEF.:/");

    internal static bool TryParse(string? text, out IPNetwork network)
    {
        network = default;
        return text is not null
            && text.Contains('/', StringComparison.Ordinal)
            && IsPlain(text)
            && IPNetwork.TryParse(text, out network)
            && IPAddress.TryParse(text.AsSpan(0, text.IndexOf('/', StringComparison.Ordinal)), out var written)
            && written.Equals(network.BaseAddress);
    }

    /// <summary>Whether a text has nothing but what addresses and networks are written with: no zone, no brackets, no blanks.</summary>
    internal static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>Whether an address lies in one of the networks; an IPv4 address mapped into IPv6 counts as IPv4.</summary>
    internal static bool Contains(IPNetwork[] networks, IPAddress address)
    {
        var peer = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in networks)
        {
            if (network.Contains(peer))
            {
                return true;
            }
        }

        return false;
    }
}
