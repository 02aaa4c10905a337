using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;

namespace PhiGateway.Admin.Http;

/// <summary>Reads the SHA-256 of a body as its sender names it: <c>Content-Digest: sha-256=:base64:</c> (RFC 9530).</summary>
internal static class ContentDigest
{
    public const string Header = "Content-Digest";

    private const string Prefix = "sha-256=:";

    /// <summary>The digest; null when there is none, or not exactly one that can be read.</summary>
    public static byte[]? Read(StringValues header)
    {
        if (
            header is not [{ } text]
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || !text.EndsWith(':')
            || text.Length <= Prefix.Length
        )
        {
            return null;
        }

        var bytes = new byte[SHA256.HashSizeInBytes];
        return Convert.TryFromBase64String(text[Prefix.Length..^1], bytes, out var written) && written == bytes.Length ? bytes : null;
    }
}
