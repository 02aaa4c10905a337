using System.Security.Cryptography;

namespace PhiGateway.Identity.Proofs;

/// <summary>
/// The key that a token is bound to (<c>cnf.jkt</c>), with the means to check its proofs from one call to the next; one per validated
/// token.
/// </summary>
/// <param name="thumbprint">RFC 7638 thumbprint, SHA-256; null: any key, where a token is asked for that will be bound to it.</param>
/// <param name="tokenHash">What <c>ath</c> must say (RFC 9449 section 4.2); null: there is no token, and must be no hash.</param>
internal sealed class BoundKey(byte[]? thumbprint, string? tokenHash)
{
    private ReadKey? _idle;
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

    /// <summary>The key as it was read for an earlier proof, for one user at a time; null: none is at hand.</summary>
    public ReadKey? Borrow() => Interlocked.Exchange(ref _idle, null);

    /// <summary>Gives it back, or a newer one.</summary>
    public void Return(ReadKey key) => Interlocked.Exchange(ref _idle, key)?.Key.Dispose();

    /// <summary>A key, and the header that it was read from: the same header need not be read again.</summary>
    /// <param name="Header">The header's segment of the proof.</param>
    /// <param name="Key">The key in it.</param>
    internal sealed record ReadKey(string Header, ProofKey Key);
}
