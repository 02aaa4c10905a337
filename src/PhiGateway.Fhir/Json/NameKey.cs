using System.Buffers.Binary;
using System.Numerics;

namespace PhiGateway.Fhir.Json;

/// <summary>
/// A 64-bit fingerprint of a member name from its length and its first and last bytes, the same in any letter case; equal keys are always
/// confirmed byte by byte.
/// </summary>
internal static class NameKey
{
    // Letters of either case differ in this bit alone; what else it makes alike is told apart by the bytes.
    private const ulong Case = 0x2020202020202020;

    public static ulong Of(ReadOnlySpan<byte> name)
    {
        unchecked
        {
            ulong first;
            ulong last = 0;
            var length = name.Length;
            if (length >= 8)
            {
                first = BinaryPrimitives.ReadUInt64LittleEndian(name);
                last = BinaryPrimitives.ReadUInt64LittleEndian(name[^8..]);
            }
            else if (length >= 4)
            {
                first = BinaryPrimitives.ReadUInt32LittleEndian(name);
                last = BinaryPrimitives.ReadUInt32LittleEndian(name[^4..]);
            }
            else
            {
                first = length == 0 ? 0UL : name[0] | (ulong)name[length >> 1] << 8 | (ulong)name[^1] << 16;
            }

            (first, last) = (first | Case, last | Case);
            var key = (first * 0x9E3779B97F4A7C15UL) ^ (BitOperations.RotateLeft(last, 29) * 0xC2B2AE3D27D4EB4FUL) ^ ((ulong)length << 40);
            return key ^ (key >> 31);
        }
    }
}
