using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Answers.Writing;

/// <summary>
/// Writes what may leave of the resources that one resource contains: of each what the use case lets out of its type, with the masks of
/// what contains it as well.
/// </summary>
internal sealed class ContainedView
{
    private readonly ElementNames?[] _own;
    private readonly ElementNames? _around;

    private ContainedView(ElementNames?[] own, ElementNames? around)
    {
        (_own, _around) = (own, around);

        // As around it: that there was anything to leave out is not told by the mark.
        Leaves = Array.Exists(own, static one => one is { KeepsAll: false });
    }

    /// <summary>Something was left out, or is wherever it stands.</summary>
    public bool Leaves { get; private set; }

    /// <summary>Something was masked.</summary>
    public bool Masked { get; private set; }

    /// <summary>The view of the resource just read; null when what it contains leaves as it is.</summary>
    public static ContainedView? Of(ReleasePolicy policy, ResourceReader reader, ElementNames? permitted)
    {
        var types = reader.Contained;
        if (types.Count == 0)
        {
            return null;
        }

        var around = permitted is { HasMasks: true } ? permitted : null;
        var changes = around is not null;
        var own = new ElementNames?[types.Count];
        for (var i = 0; i < own.Length; i++)
        {
            own[i] = ElementNames.Of(policy.ElementsOfContained(types[i]));
            changes |= own[i] is not null;
        }

        return changes ? new ContainedView(own, around) : null;
    }

    /// <summary>Writes the member with its name.</summary>
    /// <param name="data">The whole resource.</param>
    /// <param name="start">Where the array begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="edits">References that leave rewritten.</param>
    /// <param name="output">Receives it.</param>
    public void Write(ReadOnlySpan<byte> data, int start, int end, EditList edits, IBufferWriter<byte> output)
    {
        output.Write("\"contained\":["u8);
        var reader = new Utf8JsonReader(data[start..end]);
        reader.Read();
        for (var place = 0; reader.Read() && reader.TokenType == JsonTokenType.StartObject; place++)
        {
            output.Write(place > 0 ? ","u8 : default);
            WriteOne(ref reader, data, start, _own[place], edits, output);
        }

        output.Write("]"u8);
    }

    private void WriteOne(
        ref Utf8JsonReader reader,
        ReadOnlySpan<byte> data,
        int offset,
        ElementNames? own,
        EditList edits,
        IBufferWriter<byte> output
    )
    {
        output.Write("{"u8);
        var first = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var nameStart = offset + checked((int)reader.TokenStartIndex);
            reader.Read();
            var start = offset + checked((int)reader.TokenStartIndex);
            reader.Skip();
            var end = offset + checked((int)reader.BytesConsumed);
            if (own?.Contains(name) == false || (_around is not null && IsNarrative(name)))
            {
                Leaves = true;
                continue;
            }

            if (MaskNode.Both(own?.MaskOf(name), _around?.MaskOf(name)) is not { } mask)
            {
                output.Write(first ? default : ","u8);
                edits.Copy(data, nameStart, end, output);
                first = false;
                continue;
            }

            Masked = true;
            first &= !MaskWriter.Write(name, data, start, end, mask, edits, first, output);
        }

        output.Write("}"u8);
    }

    private static bool IsNarrative(ReadOnlySpan<byte> name) =>
        System.Text.Ascii.EqualsIgnoreCase(name, "text"u8) || System.Text.Ascii.EqualsIgnoreCase(name, "_text"u8);
}
