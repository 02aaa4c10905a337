using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Identity.Proofs;

/// <summary>
/// Gives out this node's nonces (RFC 9449 section 9) and knows them again: one for all clients, a new one each minute, good until the next
/// but one. No other node and no later process knows them, so that a proof with one is good here only.
/// </summary>
/// <remarks>Thread-safe; nothing is kept per client.</remarks>
internal sealed class NonceKeeper(TimeProvider time)
{
    /// <summary>How long a nonce is the newest.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromMinutes(1);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private volatile Pair? _pair;

    /// <summary>The newest.</summary>
    public string Current => PairAt(time.GetUtcNow()).Newest;

    /// <summary>Whether a nonce is one of this node's that is still good.</summary>
    /// <param name="nonce">As the proof has it.</param>
    /// <param name="isNewest">Whether it is the newest.</param>
    public bool Knows(string nonce, out bool isNewest)
    {
        var pair = PairAt(time.GetUtcNow());
        isNewest = Same(nonce, pair.Newest);
        return isNewest || Same(nonce, pair.Former);
    }

    private static bool Same(string nonce, string ours) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(nonce), Encoding.ASCII.GetBytes(ours));

    private Pair PairAt(DateTimeOffset now)
    {
        var turn = now.UtcTicks / Turn.Ticks;
        if (_pair is { } pair && pair.At == turn)
        {
            return pair;
        }

        var made = new Pair(turn, Make(turn), Make(turn - 1));
        _pair = made;
        return made;
    }

    private string Make(long turn) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, BitConverter.GetBytes(turn)).AsSpan(0, 18));

    private sealed record Pair(long At, string Newest, string Former);
}
