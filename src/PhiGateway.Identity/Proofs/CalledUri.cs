using Microsoft.AspNetCore.Http;

namespace PhiGateway.Identity.Proofs;

/// <summary>
/// Compares the <c>htu</c> of a proof with the URI that was called, both normalised (RFC 3986 sections 6.2.2 and 6.2.3), query and fragment
/// aside (RFC 9449 section 4.3).
/// </summary>
/// <remarks>
/// The URI is the public one: scheme and authority that clients use, whatever stands between. Another authority is one that the request
/// itself names, which Ingress found to be the gateway's own.
/// </remarks>
internal static class CalledUri
{
    private const int Escaped = 0x100;

    /// <summary>Whether the text names this request's URI.</summary>
    /// <param name="htu">What the proof says.</param>
    /// <param name="publicOrigin">Scheme and authority that clients use; null: those of the request.</param>
    /// <param name="host">The authority that the request names.</param>
    /// <param name="scheme">The scheme of the connection, which counts where there is no public origin.</param>
    /// <param name="rawTarget">The target as it was sent.</param>
    public static bool IsNamedBy(ReadOnlySpan<char> htu, string? publicOrigin, HostString host, string scheme, ReadOnlySpan<char> rawTarget)
    {
        var path = WithoutQuery(rawTarget);
        var named = WithoutQuery(htu);
        if (
            publicOrigin is not null
            && named.StartsWith(publicOrigin, StringComparison.Ordinal)
            && named[publicOrigin.Length..].SequenceEqual(path)
        )
        {
            return true;
        }

        if (!TrySplit(named, out var namedScheme, out var namedAuthority, out var namedPath) || !SamePath(namedPath, path))
        {
            return false;
        }

        if (publicOrigin is null || !TrySplit(publicOrigin, out var publicScheme, out var publicAuthority, out _))
        {
            return IsPlace(namedScheme, namedAuthority, scheme, host.Value);
        }

        return IsPlace(namedScheme, namedAuthority, publicScheme, publicAuthority)
            || IsPlace(namedScheme, namedAuthority, publicScheme, host.Value);
    }

    private static bool TrySplit(
        ReadOnlySpan<char> uri,
        out ReadOnlySpan<char> scheme,
        out ReadOnlySpan<char> authority,
        out ReadOnlySpan<char> path
    )
    {
        scheme = authority = path = default;
        var mark = uri.IndexOf("://", StringComparison.Ordinal);
        if (mark <= 0)
        {
            return false;
        }

        scheme = uri[..mark];
        var rest = uri[(mark + 3)..];
        var slash = rest.IndexOf('/');
        authority = slash < 0 ? rest : rest[..slash];
        path = slash < 0 ? "/" : rest[slash..];
        return authority.Length > 0 && !authority.Contains('@');
    }

    private static bool IsPlace(
        ReadOnlySpan<char> namedScheme,
        ReadOnlySpan<char> named,
        ReadOnlySpan<char> scheme,
        ReadOnlySpan<char> authority
    ) =>
        namedScheme.Equals(scheme, StringComparison.OrdinalIgnoreCase)
        && WithoutDefaultPort(named, scheme).Equals(WithoutDefaultPort(authority, scheme), StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> WithoutDefaultPort(ReadOnlySpan<char> authority, ReadOnlySpan<char> scheme)
    {
        var port = scheme.Equals("https", StringComparison.OrdinalIgnoreCase) ? ":443" : ":80";
        return authority.EndsWith(port, StringComparison.Ordinal) ? authority[..^port.Length] : authority;
    }

    private static bool SamePath(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (right.IsEmpty)
        {
            right = "/";
        }

        int i = 0,
            j = 0;
        while (i < left.Length && j < right.Length)
        {
            if (Next(left, ref i) != Next(right, ref j))
            {
                return false;
            }
        }

        return i == left.Length && j == right.Length;
    }

    // One character, or one escaped octet; an escaped unreserved character is that character (RFC 3986 section 6.2.2.2).
    private static int Next(ReadOnlySpan<char> path, ref int at)
    {
        var character = path[at++];
        if (character != '%' || path.Length - at < 2)
        {
            return character;
        }

        var (high, low) = (Hex(path[at]), Hex(path[at + 1]));
        if (high < 0 || low < 0)
        {
            return character;
        }

        at += 2;
        var octet = (high << 4) | low;
        return char.IsAsciiLetterOrDigit((char)octet) || octet is '-' or '.' or '_' or '~' ? octet : Escaped | octet;
    }

    private static int Hex(char digit) =>
        digit switch
        {
            >= '0' and <= '9' => digit - '0',
            >= 'a' and <= 'f' => digit - 'a' + 10,
            >= 'A' and <= 'F' => digit - 'A' + 10,
            _ => -1,
        };

    private static ReadOnlySpan<char> WithoutQuery(ReadOnlySpan<char> uri)
    {
        var end = uri.IndexOfAny('?', '#');
        return end < 0 ? uri : uri[..end];
    }
}
