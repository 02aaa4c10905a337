using System.Security.Cryptography;
using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Proof.Tiles;

/// <summary>
/// SHA-256 and HMAC-SHA-256 (RFC 2104) with one hash object for each thread: tree and commitments hash short texts by the million, and the
/// one-shot calls of .NET spend more around the hash than on it (<see cref="NativeSha256"/>). Used by entries and tiles.
/// </summary>
internal static class KeptSha256
{
    private const int BlockBytes = 64;
    private const int HashBytes = 32;
    private const int Usual = 128;
    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5c;

    [ThreadStatic]
    private static IncrementalHash? _kept;

    private static IncrementalHash Kept => _kept ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Hashes an input into 32 bytes.</summary>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> hash)
    {
        if (NativeSha256.TryHash(input, hash))
        {
            return;
        }

        var sha256 = Kept;
        sha256.AppendData(input);
        _ = sha256.GetHashAndReset(hash);
    }

    /// <summary>Authenticates a message into 32 bytes.</summary>
    /// <param name="key">At most 64 bytes.</param>
    /// <param name="message">Any length.</param>
    /// <param name="mac">Takes 32 bytes.</param>
    public static void Authenticate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, BlockBytes, nameof(key));
        Span<byte> block = stackalloc byte[BlockBytes + Usual];
        block[..BlockBytes].Clear();
        key.CopyTo(block);
        Pad(block[..BlockBytes], InnerPad);
        var inner = block.Slice(BlockBytes, HashBytes);
        if (message.Length <= Usual)
        {
            // Put together: the message is short, and a call of the library costs more than the copy.
            message.CopyTo(block[BlockBytes..]);
            Hash(block[..(BlockBytes + message.Length)], inner);
        }
        else
        {
            var sha256 = Kept;
            sha256.AppendData(block[..BlockBytes]);
            sha256.AppendData(message);
            _ = sha256.GetHashAndReset(inner);
        }

        Pad(block[..BlockBytes], InnerPad ^ OuterPad);
        Hash(block[..(BlockBytes + HashBytes)], mac);
        CryptographicOperations.ZeroMemory(block);
    }

    private static void Pad(Span<byte> block, byte pad)
    {
        for (var i = 0; i < block.Length; i++)
        {
            block[i] ^= pad;
        }
    }
}
