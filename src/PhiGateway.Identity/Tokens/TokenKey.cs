using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Identity.Tokens;

/// <summary>SHA-256 of a token's text, or of a part of it: what <see cref="TokenHashes"/> are made of.</summary>
internal readonly struct TokenKey : IEquatable<TokenKey>
{
    private const int StackLimit = 4096;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    private TokenKey(ReadOnlySpan<ulong> words)
    {
        _a = words[0];
        _b = words[1];
        _c = words[2];
        _d = words[3];
    }

    /// <summary>Hashes a token of ASCII characters without allocating.</summary>
    public static TokenKey Of(ReadOnlySpan<char> token)
    {
        var rented = token.Length > StackLimit ? ArrayPool<byte>.Shared.Rent(token.Length) : null;
        var bytes = rented is null ? stackalloc byte[StackLimit] : rented;
        var length = Encoding.ASCII.GetBytes(token, bytes);
        Span<ulong> words = stackalloc ulong[4];
        SHA256.HashData(bytes[..length], MemoryMarshal.AsBytes(words));
        if (rented is not null)
        {
            // A token is a secret: not left behind in the pool.
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }

        return new TokenKey(words);
    }

    public bool Equals(TokenKey other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public override bool Equals(object? obj) => obj is TokenKey other && Equals(other);

    // The digest is uniform already.
    public override int GetHashCode() => unchecked((int)_a);

    /// <summary>Lower-case hex.</summary>
    public override string ToString() => Convert.ToHexStringLower(MemoryMarshal.AsBytes<ulong>([_a, _b, _c, _d]));
}
