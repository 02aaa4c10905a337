using System.Buffers.Binary;

namespace PhiGateway.Proof.Entries;

/// <summary>
/// Writes and reads a file of up to 256 log entries, each with its length in two bytes before it, as C2SP tlog-tiles has it.
/// </summary>
public static class EntryBundle
{
    private const int Prefix = 2;

    /// <summary>Bytes that an entry takes in a bundle.</summary>
    public const int Stride = Prefix + LogEntry.Bytes;

    /// <summary>Writes one entry into its place.</summary>
    public static void Write(Span<byte> bundle, int place, in LogEntry entry)
    {
        var target = bundle.Slice(place * Stride, Stride);
        BinaryPrimitives.WriteUInt16BigEndian(target, LogEntry.Bytes);
        entry.WriteTo(target[Prefix..]);
    }

    /// <summary>The bytes of one entry; empty when the bundle does not hold it.</summary>
    public static ReadOnlySpan<byte> At(ReadOnlySpan<byte> bundle, int place)
    {
        if (place < 0 || bundle.Length < (place + 1) * Stride)
        {
            return [];
        }

        var source = bundle.Slice(place * Stride, Stride);
        return BinaryPrimitives.ReadUInt16BigEndian(source) == LogEntry.Bytes ? source[Prefix..] : [];
    }
}
