using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Audit.Journal.Segments;

/// <summary>The hash chain through a log: each record's hash covers the one before, its own place and its body.</summary>
internal static class JournalChain
{
    public const int HashBytes = 32;

    /// <summary>Room that must stand free before a body so that a link is hashed in one piece, without a copy.</summary>
    public const int Headroom = HashBytes + sizeof(long);

    /// <summary>What the first record of a log is chained to.</summary>
    public static byte[] Genesis(string log) => SHA256.HashData(Encoding.UTF8.GetBytes("phi-gateway/journal/v1\n" + log));

    /// <summary>Hashes a body that stands after <see cref="Headroom"/> free bytes; the headroom is overwritten.</summary>
    public static void Link(ReadOnlySpan<byte> previous, long sequence, Span<byte> headroomAndBody, Span<byte> hash)
    {
        previous.CopyTo(headroomAndBody);
        BinaryPrimitives.WriteInt64BigEndian(headroomAndBody[HashBytes..], sequence);
        _ = SHA256.HashData(headroomAndBody, hash);
    }

    /// <summary>The same for a body that stands alone: for verifiers, which may take their time.</summary>
    public static void LinkCopy(ReadOnlySpan<byte> previous, long sequence, ReadOnlySpan<byte> body, Span<byte> hash)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(Headroom + body.Length);
        body.CopyTo(buffer.AsSpan(Headroom));
        Link(previous, sequence, buffer.AsSpan(0, Headroom + body.Length), hash);
        System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
    }
}
