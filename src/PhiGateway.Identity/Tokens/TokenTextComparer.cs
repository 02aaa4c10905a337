using System.Numerics;
using System.Runtime.InteropServices;

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

    public bool Equals(ReadOnlySpan<char> alternate, string other)
    {
        if (alternate.Length != other.Length)
        {
            return false;
        }

        // Every character is looked at, many at once; CryptographicOperations.FixedTimeEquals takes microseconds for a kilobyte.
        var left = MemoryMarshal.Cast<char, ushort>(alternate);
        var right = MemoryMarshal.Cast<char, ushort>(other.AsSpan());
        var differences = Vector<ushort>.Zero;
        var at = 0;
        for (; at <= left.Length - Vector<ushort>.Count; at += Vector<ushort>.Count)
        {
            differences |= new Vector<ushort>(left[at..]) ^ new Vector<ushort>(right[at..]);
        }

        var rest = 0;
        for (; at < left.Length; at++)
        {
            rest |= left[at] ^ right[at];
        }

        return (differences == Vector<ushort>.Zero) & (rest == 0);
    }

    public int GetHashCode(ReadOnlySpan<char> alternate) =>
        string.GetHashCode(alternate.Length <= HashedCharacters ? alternate : alternate[^HashedCharacters..]);

    public string Create(ReadOnlySpan<char> alternate) => alternate.ToString();
}
