using System.Buffers.Binary;

namespace PhiGateway.Audit.Journal.Segments;

/// <summary>Writes and reads one record as bytes in a segment file: a header with checksum and chain hash, then the body.</summary>
/// <remarks>
/// Little-endian: u32 body length · u32 CRC-32C of all else · i64 sequence · u32 index within its batch · u32 zero · 32 bytes chain hash ·
/// body · zeros to a multiple of 8.
/// The index tells a batch that was never acknowledged (its pages may reach the disk in any order) from an acknowledged record that was
/// damaged later.
/// </remarks>
internal static class FrameFormat
{
    public const int HeaderBytes = 56;

    public const int HashOffset = 24;

    /// <summary>Largest body: far above any record, small enough to be read into memory.</summary>
    public const int MaxBodyBytes = 16 * 1024 * 1024;

    /// <summary>Bytes a body takes in a segment.</summary>
    public static int SizeOf(int bodyBytes) => (HeaderBytes + bodyBytes + 7) & ~7;

    /// <summary>Writes a whole frame; the target has exactly <see cref="SizeOf"/> bytes.</summary>
    public static void Write(Span<byte> target, long sequence, int batchIndex, ReadOnlySpan<byte> chainHash, ReadOnlySpan<byte> body)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, body.Length);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], sequence);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], batchIndex);
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], 0);
        chainHash.CopyTo(target[HashOffset..]);
        body.CopyTo(target[HeaderBytes..]);
        target[(HeaderBytes + body.Length)..].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Checksum(target, body.Length));
    }

    /// <summary>Reads the frame that starts the span.</summary>
    public static FrameState Read(ReadOnlySpan<byte> source, out FrameHeader header)
    {
        header = default;
        if (source.Length < HeaderBytes)
        {
            header = new FrameHeader(0, HeaderBytes, -1, -1);
            return source.ContainsAnyExcept((byte)0) ? FrameState.Cut : FrameState.End;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(source);
        if (length == 0)
        {
            return source[..HeaderBytes].ContainsAnyExcept((byte)0) ? FrameState.Bad : FrameState.End;
        }

        if (length < 0 || length > MaxBodyBytes)
        {
            return FrameState.Bad;
        }

        var size = SizeOf(length);
        header = new FrameHeader(
            length,
            size,
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..])
        );
        if (source.Length < size)
        {
            return FrameState.Cut;
        }

        return
            header.Sequence >= 0
            && header.BatchIndex >= 0
            && BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) == Checksum(source, length)
            && !source[(HeaderBytes + length)..size].ContainsAnyExcept((byte)0)
            ? FrameState.Whole
            : FrameState.Bad;
    }

    private static uint Checksum(ReadOnlySpan<byte> frame, int bodyBytes)
    {
        var crc = Crc32C.Append(Crc32C.Seed, frame[..4]);
        return ~Crc32C.Append(crc, frame.Slice(8, HeaderBytes - 8 + bodyBytes));
    }
}

/// <summary>The header of a frame as it was read: lengths, place in the log, place in its batch.</summary>
/// <param name="BodyBytes">Length of the body.</param>
/// <param name="Size">Length of the frame with header and padding.</param>
/// <param name="Sequence">Place in the log.</param>
/// <param name="BatchIndex">Place in its group commit: 0 for the first.</param>
internal readonly record struct FrameHeader(int BodyBytes, int Size, long Sequence, int BatchIndex);

/// <summary>Whether a whole frame was found where one should begin, or what stands there instead.</summary>
internal enum FrameState : byte
{
    Bad = 0,
    Whole,

    /// <summary>Nothing was written here.</summary>
    End,

    /// <summary>Plausible, but longer than what was given to read.</summary>
    Cut,
}
