using System.Buffers;
using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers.Writing;

/// <summary>
/// Writes a resource that was just read: whole with its references rewritten, or only the elements that may leave, masked where it was
/// approved so, and marked.
/// </summary>
internal static class ResourceWriter
{
    /// <summary>Writes it; true when the permitted elements left something out or masked it.</summary>
    public static bool Write(
        ReadOnlySpan<byte> data,
        int start,
        int end,
        ResourceReader source,
        ElementNames? permitted,
        ContainedView? contained,
        ElementView? view,
        IBufferWriter<byte> output
    )
    {
        if (permitted is null && contained is null && view is null)
        {
            source.Edits.Copy(data, start, end, output);
            return false;
        }

        var cut = false;
        var marked = false;
        var any = false;
        var members = source.Members;
        var (leaves, masked) = Look(data, members, permitted);

        // What is changed inside is marked outside: a contained resource bears no label of its own (R4, dom-5).
        var inside = contained is null ? null : WriteContained(data, source, permitted, view, contained);
        leaves |= inside is not null && contained!.Leaves;
        masked |= inside is not null && contained!.Masked;
        var subsetted = leaves || view is not null || permitted is { KeepsAll: false };
        output.Write("{"u8);
        for (var i = 0; i < members.Count; i++)
        {
            var name = members.Name(i, data);
            if (permitted is not null && !permitted.Contains(name))
            {
                cut = true;
                if (permitted.Extensions is { } urls && name.SequenceEqual("extension"u8) && view?.Shows(name) != false)
                {
                    var (from, to) = (members.ValueStart(i, data), members.End(i, data));
                    any |= ExtensionWriter.WriteListed(data, from, to, urls, source.Edits, first: !any, output);
                }

                continue;
            }

            if (view is not null && !view.Shows(name))
            {
                continue;
            }

            if (permitted?.MaskOf(name) is { } mask)
            {
                any |= MaskWriter.Write(
                    name,
                    data,
                    members.ValueStart(i, data),
                    members.End(i, data),
                    mask,
                    source.Edits,
                    first: !any,
                    output
                );
                continue;
            }

            if (permitted is { Extensions: not null } && ExtensionWriter.IsEmptied(data[members.ValueStart(i, data)..members.End(i, data)]))
            {
                cut = true;
                continue;
            }

            output.Write(any ? ","u8 : default);
            any = true;
            if (inside is not null && name.SequenceEqual("contained"u8))
            {
                output.Write(inside.WrittenSpan);
            }
            else if (name.SequenceEqual("meta"u8) && (subsetted || masked))
            {
                marked = true;
                var (from, to) = (members.ValueStart(i, data), members.End(i, data));
                if (permitted is { Extensions: not null } && ExtensionWriter.IsIn(data[from..to]))
                {
                    var bare = new ArrayBufferWriter<byte>(to - from);
                    ExtensionWriter.WriteWithout(data, from, from, to, source.Edits, bare);
                    MetaWriter.Write(bare.WrittenSpan, 0, bare.WrittenCount, new EditList(), subsetted, masked, output);
                }
                else
                {
                    MetaWriter.Write(data, from, to, source.Edits, subsetted, masked, output);
                }
            }
            else if (permitted is { Extensions: not null } && ExtensionWriter.IsIn(data[members.Start(i)..members.End(i, data)]))
            {
                cut = true;
                ExtensionWriter.WriteWithout(
                    data,
                    members.Start(i),
                    members.ValueStart(i, data),
                    members.End(i, data),
                    source.Edits,
                    output
                );
            }
            else
            {
                source.Edits.Copy(data, members.Start(i), members.End(i, data), output);
            }
        }

        if (!marked && (subsetted || masked))
        {
            output.Write(any ? ","u8 : default);
            MetaWriter.WriteOwn(subsetted, masked, output);
        }

        output.Write("}"u8);
        return cut || masked || leaves;
    }

    // Before the rest, since the marks mostly stand before it; null when it does not leave.
    private static ArrayBufferWriter<byte>? WriteContained(
        ReadOnlySpan<byte> data,
        ResourceReader source,
        ElementNames? permitted,
        ElementView? view,
        ContainedView contained
    )
    {
        var members = source.Members;
        for (var i = 0; i < members.Count; i++)
        {
            if (
                members.Name(i, data).SequenceEqual("contained"u8)
                && permitted?.Contains("contained"u8) != false
                && permitted?.MaskOf("contained"u8) is null
                && view?.Shows("contained"u8) != false
            )
            {
                var inside = new ArrayBufferWriter<byte>(1024);
                contained.Write(data, members.ValueStart(i, data), members.End(i, data), source.Edits, inside);
                return inside;
            }
        }

        return null;
    }

    // The marks stand in meta, which mostly comes before what they are about.
    private static (bool Leaves, bool Masked) Look(ReadOnlySpan<byte> data, MemberList members, ElementNames? permitted)
    {
        var (leaves, masked) = (false, false);
        for (var i = 0; permitted is { HasMasks: true } && i < members.Count; i++)
        {
            var name = members.Name(i, data);
            leaves |= !permitted.Contains(name);
            masked |= permitted.Contains(name) && permitted.MaskOf(name) is not null;
        }

        return (leaves, masked);
    }
}
