namespace PhiGateway.Policy.Vocabulary;

/// <summary>The grammar of SPIFFE ids of workloads (SPIFFE-ID section 2), for the registry and for certificates that carry one.</summary>
public static class SpiffeId
{
    private const string Scheme = "spiffe://";
    private const int LongestId = 2048;
    private const int LongestTrustDomain = 255;

    /// <summary>
    /// Reads one: scheme and trust domain in lower case, a path of plain segments; without a path it names no workload.
    /// </summary>
    public static bool TryRead(string? id, out string trustDomain)
    {
        trustDomain = string.Empty;
        if (id is not { Length: <= LongestId } || !id.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return false;
        }

        var parts = id[Scheme.Length..].Split('/');
        trustDomain = parts[0];
        return parts.Length > 1
            && IsTrustDomain(trustDomain)
            && parts
                .Skip(1)
                .All(static part =>
                    part.Length > 0
                    && part is not ("." or "..")
                    && part.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_')
                );
    }

    /// <summary>Whether a text is the name of a trust domain.</summary>
    public static bool IsTrustDomain(string text) =>
        text.Length is > 0 and <= LongestTrustDomain
        && text.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-' or '_');
}
