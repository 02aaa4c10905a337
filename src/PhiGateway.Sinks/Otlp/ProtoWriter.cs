using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace PhiGateway.Sinks.Otlp;

/// <summary>
/// Writes one message of Protocol Buffers field by field; what is empty or 0 leaves no trace, as its third version has it. Used by
/// <see cref="OtlpLogs"/>.
/// </summary>
internal sealed class ProtoWriter
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Counted = 2;

    private readonly ArrayBufferWriter<byte> _bytes = new(256);

    public void Text(int field, string value)
    {
        if (value.Length > 0)
        {
            Bytes(field, Encoding.UTF8.GetBytes(value));
        }
    }

    /// <summary>A number that is there also when it is 0, as the members of a choice are.</summary>
    public void Present(int field, long value)
    {
        Write((ulong)(uint)((field << 3) | Varint));
        Write(unchecked((ulong)value));
    }

    public void Long(int field, ulong value)
    {
        Write((ulong)(uint)((field << 3) | Fixed64));
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(sizeof(ulong)), value);
        _bytes.Advance(sizeof(ulong));
    }

    /// <summary>A message within this one; also an empty one is there.</summary>
    public void Message(int field, Action<ProtoWriter> write)
    {
        var inner = new ProtoWriter();
        write(inner);
        Bytes(field, inner.ToArray());
    }

    /// <summary>A text that is there also when it is empty.</summary>
    public void PresentText(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    private void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Write((ulong)(uint)((field << 3) | Counted));
        Write((ulong)value.Length);
        _bytes.Write(value);
    }

    // Seven bits in each byte, the least first; the high bit says that another one follows.
    private void Write(ulong number)
    {
        while (number >= 0x80)
        {
            Put(unchecked((byte)(number | 0x80)));
            number >>= 7;
        }

        Put((byte)number);
    }

    private void Put(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }
}
