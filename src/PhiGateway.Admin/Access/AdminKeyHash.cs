using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Admin.Access;

/// <summary>Makes admin keys and their hashes; the key itself is never stored.</summary>
/// <remarks>Plain SHA-256 is enough because keys are random with at least 128 bits: there is no dictionary to slow down.</remarks>
internal static class AdminKeyHash
{
    public const string Prefix = "phigw_";

    // Each release adds one; a token of an issuer has dots too, and costs no more than this to compare.
    private const int MostParts = 8;

    private const char Separator = '.';

    /// <summary>Shortest configured key: 128 bits in base64url.</summary>
    public const int MinLength = 22;

    // A key of few distinct characters was typed, not generated.
    private const int MinDistinct = 10;

    /// <summary>A new key of 256 random bits.</summary>
    public static string NewKey() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static string Of(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>What is stored when one more part belongs to a key: nobody who knows one part alone has it.</summary>
    public static string Joined(string hash, string part) => Of(hash + Separator + Of(part));

    /// <summary>The hash of a key as it is shown: of one part, or of several with dots between them.</summary>
    public static string OfShown(string key)
    {
        var parts = key.Split(Separator, MostParts);
        var hash = Of(parts[0]);
        foreach (var part in parts.AsSpan(1))
        {
            hash = Joined(hash, part);
        }

        return hash;
    }

    /// <summary>Whether a configured key can hold 128 bits: visible ASCII, long enough, not one character over and over.</summary>
    public static bool IsStrong(string key)
    {
        var secret = key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : key;
        return secret.Length >= MinLength && secret.Distinct().Count() >= MinDistinct && secret.All(static c => c is > ' ' and < '\x7f');
    }

    /// <summary>Compares two hashes in constant time.</summary>
    public static bool Matches(string stored, ReadOnlySpan<byte> presentedHash)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        return stored.Length == SHA256.HashSizeInBytes * 2
            && Convert.FromHexString(stored, bytes, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == bytes.Length
            && CryptographicOperations.FixedTimeEquals(bytes, presentedHash);
    }
}
