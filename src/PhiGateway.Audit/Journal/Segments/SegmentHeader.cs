using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PhiGateway.Audit.Journal.Segments;

/// <summary>First block of a segment file: which log it belongs to and what its first record is chained to.</summary>
internal sealed record SegmentHeader(string Log, long FirstSequence, byte[] PreviousHash)
{
    public const int Bytes = 4096;

    private const int LogOffset = 56;

    private const int MaxLogBytes = 255;

    private static ReadOnlySpan<byte> Magic => "PHIGWJ01"u8;

    /// <summary>Name of the file of the segment that starts at a sequence.</summary>
    public static string FileName(long firstSequence) => firstSequence.ToString("D19", CultureInfo.InvariantCulture) + ".segment";

    public byte[] Encode()
    {
        var block = new byte[Bytes];
        Magic.CopyTo(block);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(8), FirstSequence);
        PreviousHash.CopyTo(block, 16);
        block[48] = checked((byte)Encoding.UTF8.GetBytes(Log, block.AsSpan(LogOffset, MaxLogBytes)));
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(Bytes - 4), Crc32C.Of(block.AsSpan(0, Bytes - 4)));
        return block;
    }

    /// <summary>Null when the block is not a whole header.</summary>
    public static SegmentHeader? Decode(ReadOnlySpan<byte> block)
    {
        if (
            block.Length < Bytes
            || !block.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(block[(Bytes - 4)..]) != Crc32C.Of(block[..(Bytes - 4)])
        )
        {
            return null;
        }

        return new SegmentHeader(
            Encoding.UTF8.GetString(block.Slice(LogOffset, block[48])),
            BinaryPrimitives.ReadInt64LittleEndian(block[8..]),
            block.Slice(16, JournalChain.HashBytes).ToArray()
        );
    }
}
