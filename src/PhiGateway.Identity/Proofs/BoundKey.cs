using System.Security.Cryptography;

namespace PhiGateway.Identity.Proofs;

/// <summary>
/// The key that a token is bound to (<c>cnf.jkt</c>), and how many proofs were taken with the token; one per validated token.
/// </summary>
/// <param name="thumbprint">RFC 7638 thumbprint, SHA-256; null: any key, where a token is asked for that will be bound to it.</param>
/// <param name="tokenHash">What <c>ath</c> must say (RFC 9449 section 4.2); null: there is no token, and must be no hash.</param>
internal sealed class BoundKey(byte[]? thumbprint, string? tokenHash)
{
    private int _proofs;

    /// <summary>The key that is asked for, or was found where any was.</summary>
    public byte[]? Thumbprint { get; private set; } = thumbprint;

    public string? TokenHash { get; } = tokenHash;

    /// <summary>Whether a key is the one; where any will do, it is from here on.</summary>
    public bool Admits(ReadOnlySpan<byte> other)
    {
        Thumbprint ??= other.ToArray();
        return CryptographicOperations.FixedTimeEquals(other, Thumbprint);
    }

    /// <summary>Counts one more proof; false: the token has had as many as one may.</summary>
    public bool CountProof(int most) => Interlocked.Increment(ref _proofs) <= most;
}
