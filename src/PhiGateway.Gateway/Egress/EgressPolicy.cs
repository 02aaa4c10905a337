using System.Net;
using System.Net.Sockets;

namespace PhiGateway.Gateway.Egress;

/// <summary>
/// Decides which addresses this process may call, for everything that leaves it: clinical systems, issuers, key sets, collectors. Asked at
/// start for what stands in the configuration, and by <see cref="EgressConnector"/> for each connection.
/// </summary>
/// <remarks>
/// Security: by default link-local and metadata addresses, unspecified, multicast and reserved ones are never called, and loopback only
/// where the configuration says it literally. With a list, nothing beside it is.
/// </remarks>
internal sealed class EgressPolicy
{
    private readonly IPNetwork[]? _allowed;

    /// <param name="allowed">Networks or addresses; null or empty: the defaults.</param>
    /// <exception cref="FormatException">One is no network; validated at start.</exception>
    public EgressPolicy(IReadOnlyList<string>? allowed = null) =>
        _allowed = allowed is { Count: > 0 } ? [.. allowed.Select(Networks.Parse)] : null;

    /// <summary>Whether an address that a name led to may be called.</summary>
    public bool Allows(IPAddress address) => Allows(address, isLiteral: false);

    /// <summary>Whether an address may be called.</summary>
    /// <param name="address">The address.</param>
    /// <param name="isLiteral">Whether it stands in the configuration as it is, or as <c>localhost</c>.</param>
    public bool Allows(IPAddress address, bool isLiteral)
    {
        if (_allowed is null)
        {
            return !AddressKinds.IsNever(address) && (isLiteral || !AddressKinds.IsLoopback(address));
        }

        var inner = AddressKinds.Unwrap(address);
        foreach (var network in _allowed)
        {
            if (Networks.Contains(network, inner))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What is wrong with an address in the configuration, in words; null: nothing, as far as can be said without asking DNS.</summary>
    /// <param name="text">As it is written.</param>
    public string? FindFlaw(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return "must be an http or https address";
        }

        if (uri.UserInfo.Length > 0 || text.Contains('@', StringComparison.Ordinal))
        {
            return "must not hold user information";
        }

        if (uri.Fragment.Length > 0)
        {
            return "must not have a fragment";
        }

        if (!TryLiteral(uri.IdnHost, out var address))
        {
            return uri.Host.EndsWith('.') ? "must not end its host with a dot" : null;
        }

        // 2130706433, 0x7f.1 and 127.1 are spellings that a reader takes for something else.
        var isPlain = address.AddressFamily == AddressFamily.InterNetworkV6 || HasHost(text, address.ToString());
        if (!isPlain)
        {
            return "spells an IP address in an unusual way; write it as four decimal numbers";
        }

        return Allows(address, isLiteral: true) ? null : "is an address that is not called from here (PhiGateway:Egress:Allow)";
    }

    /// <summary>Whether a host is an IP address, or <c>localhost</c>.</summary>
    internal static bool TryLiteral(string host, out IPAddress address)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            address = IPAddress.Loopback;
            return true;
        }

        return IPAddress.TryParse(host.AsSpan().Trim("[]"), out address!);
    }

    private static bool HasHost(string text, string host)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var written = text.AsSpan(start);
        var end = written.IndexOfAny("/?#:");
        written = end < 0 ? written : written[..end];
        return written.SequenceEqual(host) || written.Equals("localhost", StringComparison.OrdinalIgnoreCase);
    }
}
