using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Audit.Journal.Segments;

/// <summary>Computes the hash chain through a log: each record's hash covers the one before, its own place and its body.</summary>
internal static class JournalChain
{
    public const int HashBytes = 32;

    /// <summary>Room that must stand free before a body so that a link is hashed in one piece, without a copy.</summary>
    public const int Headroom = HashBytes + sizeof(long);

    /// <summary>What the first record of a log is chained to.</summary>
    public static byte[] Genesis(string log) => SHA256.HashData(Encoding.UTF8.GetBytes("phi-gateway/journal/v1\n" + log));

    /// <summary>
    /// Moves a chain on by a body that stands after <see cref="Headroom"/> free bytes, in one piece; the headroom is overwritten.
    /// </summary>
    /// <remarks>
    /// A kept hash object saves the look-up of the algorithm that the one-shot call makes each time: a fifth of the whole.
    /// </remarks>
    public static void Link(IncrementalHash sha256, Span<byte> chain, long sequence, Span<byte> headroomAndBody)
    {
        chain.CopyTo(headroomAndBody);
        BinaryPrimitives.WriteInt64BigEndian(headroomAndBody[HashBytes..], sequence);
        if (NativeSha256.TryHash(headroomAndBody, chain))
        {
            return;
        }

        sha256.AppendData(headroomAndBody);
        _ = sha256.GetHashAndReset(chain);
    }

    /// <summary>The hash of one record, for readers and verifiers.</summary>
    public static void Link(ReadOnlySpan<byte> previous, long sequence, ReadOnlySpan<byte> body, Span<byte> hash)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Headroom + body.Length);
        previous.CopyTo(buffer);
        BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(HashBytes), sequence);
        body.CopyTo(buffer.AsSpan(Headroom));
        if (!NativeSha256.TryHash(buffer.AsSpan(0, Headroom + body.Length), hash))
        {
            _ = SHA256.HashData(buffer.AsSpan(0, Headroom + body.Length), hash);
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }
}
