using System.Numerics;
using System.Runtime.InteropServices;

namespace PhiGateway.Audit.Journal.Segments;

/// <summary>CRC-32C (Castagnoli) with the processor's own instruction: tells a torn frame from a whole one.</summary>
internal static class Crc32C
{
    public const uint Seed = uint.MaxValue;

    /// <summary>Continues a checksum; start with <see cref="Seed"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(data))
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var rest in data[(data.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }

    public static uint Of(ReadOnlySpan<byte> data) => ~Append(Seed, data);
}
