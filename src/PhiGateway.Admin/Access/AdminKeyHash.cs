using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Admin.Access;

/// <summary>Makes admin keys and their hashes; the key itself is never stored.</summary>
/// <remarks>Plain SHA-256 is enough because keys are random with at least 128 bits: there is no dictionary to slow down.</remarks>
internal static class AdminKeyHash
{
    public const string Prefix = "phigw_";

    /// <summary>Shortest configured key: 128 bits in base64url.</summary>
    public const int MinLength = 22;

    // A key of few distinct characters was typed, not generated.
    private const int MinDistinct = 10;

    /// <summary>A new key of 256 random bits.</summary>
    public static string NewKey() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static string Of(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

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
