using System.Buffers;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Collects the places in a resource's bytes that leave with other text (upstream bases in references), in order, and applies them while
/// copying.
/// </summary>
internal sealed class EditList
{
    private readonly ArrayBufferWriter<byte> _texts = new(256);
    private Edit[] _edits = new Edit[16];

    public int Count { get; private set; }

    public void Reset()
    {
        Count = 0;
        _texts.ResetWrittenCount();
    }

    /// <summary>Replaces a stretch by the gateway's base and what follows it, which must need no escaping.</summary>
    public void Add(int start, int length, ReadOnlySpan<byte> gatewayBase, ReadOnlySpan<byte> rest)
    {
        if (Count == _edits.Length)
        {
            Array.Resize(ref _edits, Count * 2);
        }

        var from = _texts.WrittenCount;
        _texts.Write(gatewayBase);
        _texts.Write(rest);
        _edits[Count++] = new Edit(start, length, from, _texts.WrittenCount - from);
    }

    /// <summary>Copies a stretch of the data with the edits that fall into it.</summary>
    public void Copy(ReadOnlySpan<byte> data, int from, int to, IBufferWriter<byte> output) => Copy(data, from, to, 0, output);

    /// <summary>The same for a part of the data that begins at an offset; positions stay those of the whole.</summary>
    public void Copy(ReadOnlySpan<byte> data, int from, int to, int offset, IBufferWriter<byte> output)
    {
        for (var i = First(from); i < Count && _edits[i].Start < to; i++)
        {
            ref readonly var edit = ref _edits[i];
            output.Write(data[(from - offset)..(edit.Start - offset)]);
            output.Write(_texts.WrittenSpan.Slice(edit.Text, edit.TextLength));
            from = edit.Start + edit.Length;
        }

        output.Write(data[(from - offset)..(to - offset)]);
    }

    private int First(int from)
    {
        var low = 0;
        var high = Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_edits[middle].Start < from)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private readonly record struct Edit(int Start, int Length, int Text, int TextLength);
}
