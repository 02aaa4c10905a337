using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PhiGateway.Identity.Tokens;

/// <summary>Finds a token among those that were found valid, without making text of it: used by <see cref="ValidatedTokenCache"/>.</summary>
/// <remarks>
/// Security: a hash with a key of the process's own finds a candidate, by the end of the token, which is its signature: nobody chooses
/// that of a valid one. A comparison of all characters, in a time that does not tell how far they agree, makes sure.
/// </remarks>
internal sealed class TokenTextComparer : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<char>, string>
{
    private const int HashedCharacters = 32;

    public bool Equals(string? x, string? y) => x is not null && y is not null && Equals(x.AsSpan(), y);

    public int GetHashCode(string obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<char> alternate, string other) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(alternate), MemoryMarshal.AsBytes(other.AsSpan()));

    public int GetHashCode(ReadOnlySpan<char> alternate) =>
        string.GetHashCode(alternate.Length <= HashedCharacters ? alternate : alternate[^HashedCharacters..]);

    public string Create(ReadOnlySpan<char> alternate) => alternate.ToString();
}
