using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace PhiGateway.Audit.Records;

/// <summary>Writes one JSON object into a byte array that grows; absent values leave no trace.</summary>
/// <remarks>Not <c>Utf8JsonWriter</c>: that one costs twice the journal's whole budget for a record of this shape.</remarks>
internal ref struct JsonRecordBuffer(byte[] buffer, int start)
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"
    );

    private byte[] _buffer = buffer;
    private int _at = start;

    public readonly byte[] Buffer => _buffer;

    public readonly int End => _at;

    /// <summary>Copies bytes that are JSON already.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_at));
        _at += bytes.Length;
    }

    public void Text(ReadOnlySpan<byte> name, string? value)
    {
        if (value is null)
        {
            return;
        }

        // Most values are plain: one look at the room for name and value together.
        if (value.AsSpan().ContainsAnyExcept(Plain))
        {
            Raw(name);
            Quoted(value);
            return;
        }

        Reserve(name.Length + value.Length + 2);
        var target = _buffer.AsSpan(_at);
        name.CopyTo(target);
        target[name.Length] = (byte)'"';
        _ = Ascii.FromUtf16(value, target[(name.Length + 1)..], out var written);
        target[name.Length + 1 + written] = (byte)'"';
        _at += name.Length + written + 2;
    }

    public void TextIfAny(ReadOnlySpan<byte> name, string value)
    {
        if (value.Length > 0)
        {
            Text(name, value);
        }
    }

    public void NumberIfAny(ReadOnlySpan<byte> name, long value)
    {
        if (value != 0)
        {
            Raw(name);
            Reserve(20);
            _ = Utf8Formatter.TryFormat(value, _buffer.AsSpan(_at), out var written);
            _at += written;
        }
    }

    public void Id(ReadOnlySpan<byte> name, Guid value)
    {
        Raw(name);
        Reserve(38);
        _buffer[_at++] = (byte)'"';
        _ = value.TryFormat(_buffer.AsSpan(_at), out var written);
        _at += written;
        _buffer[_at++] = (byte)'"';
    }

    public void Time(ReadOnlySpan<byte> name, DateTimeOffset value)
    {
        Raw(name);
        Reserve(35);
        _buffer[_at++] = (byte)'"';
        _ = Utf8Formatter.TryFormat(value.UtcDateTime, _buffer.AsSpan(_at), out var written, new StandardFormat('O'));
        _at += written;
        _buffer[_at++] = (byte)'"';
    }

    public void ListIfAny(ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        Raw(name);
        for (var i = 0; i < values.Count; i++)
        {
            Raw(i == 0 ? "["u8 : ","u8);
            Quoted(values[i]);
        }

        Raw("]"u8);
    }

    private void Quoted(string value)
    {
        // Six bytes a character is the most an escape takes.
        var plain = !value.AsSpan().ContainsAnyExcept(Plain);
        Reserve(2 + (plain ? value.Length : checked(value.Length * 6)));
        _buffer[_at++] = (byte)'"';
        if (plain)
        {
            _ = Ascii.FromUtf16(value, _buffer.AsSpan(_at), out var written);
            _at += written;
        }
        else
        {
            Escaped(value);
        }

        _buffer[_at++] = (byte)'"';
    }

    // A lone surrogate is not text and becomes U+FFFD: bytes that no reader of the trail could decode would hide the record.
    private void Escaped(string value)
    {
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\')
            {
                _buffer[_at++] = (byte)'\\';
                _buffer[_at++] = (byte)rune.Value;
            }
            else if (rune.Value < ' ')
            {
                "\\u00"u8.CopyTo(_buffer.AsSpan(_at));
                _buffer[_at + 4] = Hex(rune.Value >> 4);
                _buffer[_at + 5] = Hex(rune.Value & 15);
                _at += 6;
            }
            else
            {
                _at += rune.EncodeToUtf8(_buffer.AsSpan(_at));
            }
        }
    }

    private static byte Hex(int digit) => "0123456789abcdef"u8[digit];

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _at < bytes)
        {
            Array.Resize(ref _buffer, Math.Max(checked(_at + bytes), checked(_buffer.Length * 2)));
        }
    }
}
