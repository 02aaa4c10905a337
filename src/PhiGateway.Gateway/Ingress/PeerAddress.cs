using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Ingress.Wire;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Ingress;

/// <summary>
/// Finds the client's address and certificate behind a listed proxy, and puts them in place of the proxy's: the address is the right-most
/// one that no listed proxy has. Run by the data plane before everything else, and only where proxies are listed.
/// </summary>
/// <remarks>
/// Security: of a peer that is not listed no such header is ever read. A header that a listed proxy wrote and that cannot be read leaves
/// the request refused, on record.
/// </remarks>
internal sealed class PeerAddress(TrustedProxyOptions options)
{
    private static readonly WireFlaw Unreadable = new(DenyReason.MalformedHeader, "forwarded");

    private readonly IPNetwork[] _proxies = [.. options.Addresses.Select(Networks.Parse)];
    private readonly bool _isForwarded = options.Header == "Forwarded";

    /// <summary>Whether any proxy is listed.</summary>
    public bool IsOn => _proxies.Length > 0;

    /// <summary>Whether an address is a listed proxy's.</summary>
    public bool IsProxy(IPAddress? address)
    {
        for (var i = 0; i < _proxies.Length; i++)
        {
            if (Networks.Contains(_proxies[i], address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Puts it in front of a plane that has no ingress stage. Security: what cannot be read is refused here, or the proxy's own address would
    /// count as the client's.
    /// </summary>
    public void Use(IApplicationBuilder app)
    {
        if (!IsOn)
        {
            return;
        }

        app.Use(next =>
            http =>
            {
                Apply(http);
                if (http.Features.Get<WireFlaw>() is null)
                {
                    return next(http);
                }

                http.Response.StatusCode = StatusCodes.Status400BadRequest;
                return Task.CompletedTask;
            }
        );
    }

    /// <summary>Sets the connection's address and certificate to the client's.</summary>
    public void Apply(HttpContext http)
    {
        if (!IsProxy(http.Connection.RemoteIpAddress))
        {
            return;
        }

        if (!TryFind(http.Request.Headers[options.Header], out var client))
        {
            http.Features.Set(Unreadable);
        }
        else if (client is not null)
        {
            http.Connection.RemoteIpAddress = client;
        }

        // The certificate of the connection is the proxy's own: never the client's.
        http.Features.Set<ITlsConnectionFeature>(
            new ForwardedCertificate(options.ClientCertificate ? http.Request.Headers["Client-Cert"] : StringValues.Empty)
        );
    }

    // From the right: what stands left of the first address that is no proxy's was written by a stranger.
    private bool TryFind(StringValues values, out IPAddress? client)
    {
        client = null;
        for (var i = values.Count - 1; i >= 0; i--)
        {
            var rest = values[i].AsSpan();
            if (_isForwarded && !IsPlainlyQuoted(rest))
            {
                return false;
            }

            while (true)
            {
                var comma = LastSeparator(rest, ',');
                var entry = rest[(comma + 1)..].Trim(" \t");
                if (!TryReadEntry(entry, out var address))
                {
                    return false;
                }

                client = address;
                if (!IsProxy(address))
                {
                    return true;
                }

                if (comma < 0)
                {
                    break;
                }

                rest = rest[..comma];
            }
        }

        return true;
    }

    private bool TryReadEntry(ReadOnlySpan<char> entry, out IPAddress? address)
    {
        if (!_isForwarded)
        {
            return TryReadNode(entry, out address);
        }

        // RFC 7239 section 4: pairs of name and value; values with an odd character are quoted, and no name comes twice.
        address = null;
        var isNamed = false;
        while (true)
        {
            var semicolon = LastSeparator(entry, ';');
            var pair = entry[(semicolon + 1)..].Trim(" \t");
            if (pair.StartsWith("for=", StringComparison.OrdinalIgnoreCase))
            {
                var value = pair[4..];
                if (isNamed || !TryReadNode(value is ['"', .., '"'] ? value[1..^1] : value, out address))
                {
                    return false;
                }

                isNamed = true;
            }

            if (semicolon < 0)
            {
                return isNamed;
            }

            entry = entry[..semicolon];
        }
    }

    // Whether each quotation mark has its other one. No proxy has anything to escape: host names have no quotation marks.
    private static bool IsPlainlyQuoted(ReadOnlySpan<char> text) => text.Count('"') % 2 == 0 && !text.Contains('\\');

    // Security: a host may hold commas, semicolons and equals signs (RFC 3986 section 3.2.2), and proxies tell the client's Host in quotes
    // (host="a,for=192.0.2.1;b"): what stands within quotes separates nothing. From the right, so that it costs its own length only.
    private int LastSeparator(ReadOnlySpan<char> text, char separator)
    {
        if (!_isForwarded)
        {
            return text.LastIndexOf(separator);
        }

        var isQuoted = false;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (text[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (text[i] == separator && !isQuoted)
            {
                return i;
            }
        }

        return -1;
    }

    // An address, perhaps with a port; IPv6 with a port stands in brackets.
    private static bool TryReadNode(ReadOnlySpan<char> node, out IPAddress? address)
    {
        if (node is ['[', ..])
        {
            var end = node.IndexOf(']');
            address = null;
            return end > 0 && IsPort(node[(end + 1)..]) && IPAddress.TryParse(node[1..end], out address);
        }

        var colon = node.IndexOf(':');
        if (colon >= 0 && node.LastIndexOf(':') == colon)
        {
            address = null;
            return IsPort(node[colon..]) && TryReadV4(node[..colon], out address);
        }

        return colon < 0 ? TryReadV4(node, out address) : IPAddress.TryParse(node, out address);
    }

    private static bool TryReadV4(ReadOnlySpan<char> text, out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && text.SequenceEqual(address.ToString());

    private static bool IsPort(ReadOnlySpan<char> text) => text.IsEmpty || (text[0] == ':' && ushort.TryParse(text[1..], out _));
}
