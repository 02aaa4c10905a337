namespace PhiGateway.Gateway.Configuration;

/// <summary>Reads the value of <c>Phi.Bases</c>: base URLs separated by spaces, as the server behind writes them.</summary>
internal static class UpstreamBaseList
{
    /// <summary>Reads them without trailing slash; absent means none. False when one is no plain http or https base.</summary>
    public static bool TryRead(string? text, out IReadOnlyList<string> bases)
    {
        bases = [];
        if (text is null)
        {
            return true;
        }

        var read = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static one => one.TrimEnd('/')).ToArray();
        if (read.Length == 0 || !Array.TrueForAll(read, IsBase))
        {
            return false;
        }

        bases = read;
        return true;
    }

    // Nothing is called there, so a host that could not be called is no matter; but it must be read in one way.
    private static bool IsBase(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme is "http" or "https")
        && uri.Query.Length + uri.Fragment.Length + uri.UserInfo.Length == 0
        && uri.OriginalString == text
        && !text.Contains("/../", StringComparison.Ordinal)
        && !text.Contains('%', StringComparison.Ordinal);
}
