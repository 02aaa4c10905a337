namespace PhiGateway.Identity.Issuers;

/// <summary>One trusted issuer at run time: its configuration and the source of its keys.</summary>
internal sealed class TrustedIssuer(IssuerOptions options, IssuerKeySource keys)
{
    private const string MediaTypePrefix = "application/";

    public IssuerOptions Options { get; } = options;

    public IssuerKeySource Keys { get; } = keys;

    /// <summary>Authentication scheme that checks its tokens.</summary>
    public string Scheme => SchemeOf(Options.Name);

    public static string SchemeOf(string issuerName) => "issuer:" + issuerName;

    /// <summary>The algorithm, if it is one this issuer may use; the header never chooses by itself (RFC 8725 section 3.1).</summary>
    public SignatureAlgorithm? FindAlgorithm(string? name) =>
        name is not null && Options.Algorithms.Contains(name, StringComparer.Ordinal) ? SignatureAlgorithm.Find(name) : null;

    /// <summary>Whether the <c>typ</c> is one that access tokens of this issuer carry.</summary>
    public bool AcceptsType(string? type)
    {
        foreach (var accepted in Options.Types)
        {
            if (IsOfType(type, accepted))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether a <c>typ</c> says a certain type: a media type, so without regard to case, and to the part that may be left out (RFC 7515
    /// section 4.1.9); what is not there says none.
    /// </summary>
    public static bool IsOfType(string? type, string expected) =>
        type is not null && WithoutPrefix(type).Equals(WithoutPrefix(expected), StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> WithoutPrefix(string type) =>
        type.StartsWith(MediaTypePrefix, StringComparison.OrdinalIgnoreCase) ? type.AsSpan(MediaTypePrefix.Length) : type;
}
