using System.Buffers;

namespace PhiGateway.Fhir.Context;

/// <summary>Turns a link that the upstream wrote into path and query below its base, or null when it leads elsewhere.</summary>
public static class UpstreamPlace
{
    // In a path these could be read as something else; in a query they are values that were written without escapes.
    private static readonly SearchValues<char> OddInPath = SearchValues.Create("\\# \"<>");

    /// <summary>
    /// Path and query below the base, beginning with <c>/</c> or <c>?</c>; null when it is elsewhere or could be read as elsewhere.
    /// </summary>
    /// <param name="link">As the upstream wrote it: absolute, from the root, or relative to its base.</param>
    /// <param name="upstreamBases">Bases of the route's upstream, absolute, without trailing slash.</param>
    public static string? Find(string link, IReadOnlyList<string> upstreamBases)
    {
        // What follows a # is the reader's own, and no server is ever sent it (RFC 9110, 7.1).
        var question = link.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? link : link[..question];
        link = path + link[path.Length..].Split('#')[0];
        if (
            link.Length == 0
            || link.AsSpan().ContainsAnyInRange('\0', '\u001F')
            || path.AsSpan().ContainsAny(OddInPath)
            || link.StartsWith("//", StringComparison.Ordinal)
        )
        {
            return null;
        }

        var isAbsolute =
            link.Contains("://", StringComparison.Ordinal)
            && link.IndexOf("://", StringComparison.Ordinal) < link.AsSpan().IndexOfAny('/', '?') + 1;
        for (var i = 0; i < upstreamBases.Count; i++)
        {
            if (!Uri.TryCreate(upstreamBases[i], UriKind.Absolute, out var root))
            {
                continue;
            }

            var absolute = isAbsolute ? link : Absolute(link, upstreamBases[i], root);
            if (Below(absolute, root) is { } place)
            {
                return place;
            }
        }

        return null;
    }

    /// <summary>An address below one of several other bases, as it may be called; null when it is elsewhere or could be read as elsewhere.</summary>
    /// <param name="address">As the upstream wrote it, absolute.</param>
    /// <param name="bases">Absolute, without trailing slash.</param>
    public static string? FindBelow(string address, IReadOnlyList<string> bases)
    {
        for (var i = 0; i < bases.Count; i++)
        {
            if (address.StartsWith(bases[i], StringComparison.Ordinal) && Find(address, [bases[i]]) is { } place)
            {
                return bases[i] + place;
            }
        }

        return null;
    }

    private static string Absolute(string link, string upstreamBase, Uri root) =>
        link[0] switch
        {
            '/' => root.GetLeftPart(UriPartial.Authority) + link,
            '?' => upstreamBase + link,
            _ => $"{upstreamBase}/{link}",
        };

    // Compared after dot segments are resolved; an encoded slash or dot could be resolved by a later reader, so there is none.
    private static string? Below(string absolute, Uri root)
    {
        if (
            !Uri.TryCreate(absolute, UriKind.Absolute, out var uri)
            || uri.Scheme != root.Scheme
            || uri.Authority != root.Authority
            || uri.UserInfo.Length > 0
        )
        {
            return null;
        }

        var path = uri.AbsolutePath;
        var below = root.AbsolutePath.TrimEnd('/');
        if (
            path.Contains("%2f", StringComparison.OrdinalIgnoreCase)
            || path.Contains("%5c", StringComparison.OrdinalIgnoreCase)
            || path.Contains("%2e", StringComparison.OrdinalIgnoreCase)
            || !path.StartsWith(below, StringComparison.Ordinal)
            || (path.Length > below.Length && path[below.Length] != '/')
        )
        {
            return null;
        }

        var place = path[below.Length..] + uri.Query;
        return place.Length == 0 ? null : place;
    }
}
