using System.Collections.Frozen;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Reads the value of <c>Phi.Origins</c>: web origins (RFC 6454) separated by spaces.</summary>
internal static class WebOrigins
{
    /// <summary>No origin at all.</summary>
    public static readonly FrozenSet<string> None = FrozenSet<string>.Empty;

    /// <summary>
    /// Reads them; absent means none. False when one is not an origin as browsers write it: no wildcard, no <c>null</c>, no path, and https
    /// but for loopback.
    /// </summary>
    public static bool TryRead(string? text, out FrozenSet<string> origins)
    {
        origins = None;
        if (text is null)
        {
            return true;
        }

        var read = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (read.Length == 0 || !Array.TrueForAll(read, IsOrigin))
        {
            return false;
        }

        origins = read.ToFrozenSet(StringComparer.Ordinal);
        return true;
    }

    // Exactly what a browser sends: compared letter by letter.
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri.GetLeftPart(UriPartial.Authority) == text
        && uri.UserInfo.Length == 0
        && !text.Contains('*', StringComparison.Ordinal);
}
