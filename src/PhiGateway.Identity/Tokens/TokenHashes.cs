using System.Buffers.Text;
using System.Globalization;
using System.Numerics;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// The hashes by which a token is known outside the cache: that of its signing input, which is the token's identity, and those of its
/// whole texts. Made by <see cref="CallerAuthenticator"/> once per validation, and by the token service for its own; read by revocation and the audit trail.
/// </summary>
/// <remarks>
/// Security: a signature is no part of a token's identity. Of an ECDSA signature (r, s) anybody can make the equally valid (r, n - s),
/// and PSS signs the same text differently each time, so a revoked token would come back under another hash of the whole.
/// </remarks>
/// <param name="SigningInput">SHA-256 of header and payload as they were signed (RFC 7515 section 5.1), lower-case hex.</param>
/// <param name="Texts">
/// SHA-256 of the whole token, and of the other text of it that anybody could make from this one: what a revocation by the hash of the
/// whole text is compared with.
/// </param>
public sealed record TokenHashes(string SigningInput, IReadOnlyList<string> Texts)
{
    /// <summary>Hashes a token that was read before: three segments, canonical base64url.</summary>
    public static TokenHashes Of(string token, string algorithm)
    {
        var end = token.LastIndexOf('.');
        var whole = TokenKey.Of(token);
        var input = TokenKey.Of(token.AsSpan(0, end)).ToString();
        return OrderOf(algorithm) is { } order && TwinOf(token.AsSpan(end + 1), order) is { } twin
            ? new TokenHashes(input, [whole.ToString(), TokenKey.Of(string.Concat(token.AsSpan(0, end + 1), twin)).ToString()])
            : new TokenHashes(input, [whole.ToString()]);
    }

    /// <summary>The other signature (r, n - s) over the same input; null when the text is no pair of numbers of the curve.</summary>
    private static string? TwinOf(ReadOnlySpan<char> signature, BigInteger order)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(signature.Length)];
        if (!Base64Url.TryDecodeFromChars(signature, bytes, out var length) || length % 2 != 0)
        {
            return null;
        }

        var second = bytes.AsSpan(length / 2, length / 2);
        var other = order - new BigInteger(second, isUnsigned: true, isBigEndian: true);
        if (other.Sign <= 0 || other.GetByteCount(isUnsigned: true) > second.Length)
        {
            return null;
        }

        second.Clear();
        _ = other.TryWriteBytes(second[^other.GetByteCount(isUnsigned: true)..], out _, isUnsigned: true, isBigEndian: true);
        return Base64Url.EncodeToString(bytes.AsSpan(0, length));
    }

    // SEC 2 sections 2.4.2, 2.5.1 and 2.6.1: the orders of the curves' base points.
    private static BigInteger? OrderOf(string algorithm) =>
        algorithm switch
        {
            "ES256" => Curves.P256,
            "ES384" => Curves.P384,
            "ES512" => Curves.P521,
            _ => null,
        };

    private static class Curves
    {
        public static readonly BigInteger P256 = Parse("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

        public static readonly BigInteger P384 = Parse(
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973"
        );

        public static readonly BigInteger P521 = Parse(
            "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409"
        );

        private static BigInteger Parse(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
