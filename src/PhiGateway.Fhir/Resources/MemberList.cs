using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Lists where the top-level members of one resource stand in its bytes, in order; filled by the reader, used by the writer.
/// </summary>
internal sealed class MemberList
{
    private ulong[] _keys = new ulong[64];
    private int[] _starts = new int[65];
    private int[] _lengths = new int[64];

    public int Count { get; private set; }

    /// <summary>Copies them from the stack of names, before their object is forgotten.</summary>
    public void Take(NameStack names, int frameStart, int closingBrace)
    {
        Count = names.Count - frameStart;
        if (Count > _keys.Length)
        {
            _keys = new ulong[Count * 2];
            _starts = new int[(Count * 2) + 1];
            _lengths = new int[Count * 2];
        }

        names.KeysFrom(frameStart).CopyTo(_keys);
        names.StartsFrom(frameStart).CopyTo(_starts);
        names.LengthsFrom(frameStart).CopyTo(_lengths);
        _starts[Count] = closingBrace + 1;
    }

    public ulong Key(int member) => _keys[member];

    public ReadOnlySpan<byte> Name(int member, ReadOnlySpan<byte> data) => data.Slice(_starts[member], _lengths[member]);

    /// <summary>Where the member begins: the quote before its name.</summary>
    public int Start(int member) => _starts[member] - 1;

    /// <summary>Where its value ends, without the comma and the blanks after it.</summary>
    public int End(int member, ReadOnlySpan<byte> data)
    {
        var end = _starts[member + 1] - 1;
        while (data[end - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',')
        {
            end--;
        }

        return end;
    }

    /// <summary>Where its value begins.</summary>
    public int ValueStart(int member, ReadOnlySpan<byte> data)
    {
        var start = _starts[member] + _lengths[member] + 1;
        while (data[start] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)':')
        {
            start++;
        }

        return start;
    }
}
