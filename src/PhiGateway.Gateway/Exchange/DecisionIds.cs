using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PhiGateway.Gateway.Exchange;

/// <summary>Makes the ids of decisions and of their records: UUID version 7 (RFC 9562, section 5.7), each once.</summary>
/// <remarks>
/// Thread-safe. The random part comes from the system's generator like that of <see cref="Guid.CreateVersion7()"/>, which asks the kernel
/// for each id; here a thread asks for many at once.
/// </remarks>
internal static class DecisionIds
{
    private const int RandomBytes = 10;
    private const int Stock = 256 * RandomBytes;

    [ThreadStatic]
    private static byte[]? _stock;

    [ThreadStatic]
    private static int _used;

    /// <summary>A new id that sorts by its time.</summary>
    /// <param name="time">UTC; milliseconds are kept.</param>
    public static Guid New(DateTimeOffset time)
    {
        var stock = _stock ??= new byte[Stock];
        if (_used == 0 || _used == Stock)
        {
            RandomNumberGenerator.Fill(stock);
            _used = 0;
        }

        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, time.ToUnixTimeMilliseconds() << 16);
        var random = stock.AsSpan(_used, RandomBytes);
        random.CopyTo(id[6..]);
        random.Clear();
        _used += RandomBytes;
        id[6] = (byte)(0x70 | (id[6] & 0x0F));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new Guid(id, bigEndian: true);
    }
}
