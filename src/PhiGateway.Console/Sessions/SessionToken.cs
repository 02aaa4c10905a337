using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Console.Sessions;

/// <summary>Makes and compares the random tokens of cookies and forms.</summary>
internal static class SessionToken
{
    private const int Bytes = 32;

    /// <summary>256 random bits in base64url.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Under which a token is kept: who reads the memory has no cookie.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Whether a text has the form of one.</summary>
    public static bool IsOne(string text) =>
        text.Length is > 0 and <= 64 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>Compares in constant time; absent or empty is never the same.</summary>
    public static bool AreSame(string? one, string? other) =>
        one is { Length: > 0 }
        && other is { Length: > 0 }
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}
