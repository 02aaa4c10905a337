using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Answers.Writing;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Filters a Parameters resource that was read already: resources in it are judged one by one, its values as the Parameters itself.
/// </summary>
/// <remarks>
/// Rare and small beside searches, so it is read a second time with the plain reader, which can be trusted after the strict one.
/// </remarks>
internal sealed class ParametersFilter
{
    private readonly AnswerWork _work;
    private readonly AnswerWork _inner;
    private bool _mayShowValues;
    private bool _showsValues;

    private ParametersFilter(AnswerWork work, AnswerWork inner) => (_work, _inner) = (work, inner);

    /// <summary>Filters it.</summary>
    /// <param name="work">The work whose reader has just read the Parameters.</param>
    /// <param name="parameters">Its bytes.</param>
    /// <param name="offset">Where they begin in what was read.</param>
    /// <param name="disclosure">Receives what is let out, when the verdict is that something is.</param>
    /// <param name="output">Receives it.</param>
    public static ReleaseOutcome Filter(
        AnswerWork work,
        ReadOnlySpan<byte> parameters,
        int offset,
        Disclosure disclosure,
        IBufferWriter<byte> output
    )
    {
        // What was let out of a Parameters that then turns out to be unreadable was not let out.
        var part = new Disclosure();
        using var inner = work.Nest(part, output, work.Container, null);
        var facts = work.Reader.Facts;
        var verdict = work.Policy.Judge(facts);
        var filter = new ParametersFilter(work, inner)
        {
            _mayShowValues = verdict is { Reason: WithholdReason.None, Elements: { } elements } && elements.Contains("parameter"),
        };

        var list = new ArrayBufferWriter<byte>(1024);
        if (!filter.WriteList(Find(parameters, "parameter"u8), parameters, offset, list))
        {
            return ReleaseOutcome.Broken;
        }

        if (list.WrittenCount == 0 && !filter._mayShowValues)
        {
            part.Withhold(verdict.Reason == WithholdReason.None ? WithholdReason.NotCovered : verdict.Reason, facts);
            disclosure.Merge(part);
            return ReleaseOutcome.Withheld;
        }

        output.Write("{\"resourceType\":\"Parameters\""u8);
        if (filter._mayShowValues)
        {
            filter.WriteOwn(parameters, offset, verdict.Elements!, output);
        }

        output.Write(list.WrittenCount == 0 ? default : ",\"parameter\":["u8);
        output.Write(list.WrittenSpan);
        output.Write(list.WrittenCount == 0 ? default : "]"u8);
        output.Write("}"u8);
        if (filter._showsValues)
        {
            part.Release(facts, verdict);
            work.Container?.Take(facts);
        }

        disclosure.Merge(part);
        return ReleaseOutcome.Released;
    }

    // What it says of itself beside its list: what it is called and its version, and the rest as far as the grant keeps it.
    private void WriteOwn(ReadOnlySpan<byte> parameters, int offset, ElementSet elements, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(parameters, ResourceReader.OptionsFor(_work.Bases));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = checked((int)reader.TokenStartIndex);
            var name = reader.GetString()!.TrimStart('_');
            reader.Read();
            reader.Skip();
            // What is contained is no member of R4's Parameters, and would leave with all of its elements.
            if (name is not ("resourceType" or "parameter" or "contained") && (name is "id" or "meta" || elements.Contains(name)))
            {
                output.Write(","u8);
                _work.Reader.Edits.Copy(parameters, offset + start, offset + checked((int)reader.BytesConsumed), offset, output);
            }
        }
    }

    private bool WriteList(Range list, ReadOnlySpan<byte> container, int offset, ArrayBufferWriter<byte> output)
    {
        var (from, length) = list.GetOffsetAndLength(container.Length);
        if (length == 0)
        {
            return true;
        }

        var array = container.Slice(from, length);
        var reader = new Utf8JsonReader(array, ResourceReader.OptionsFor(_work.Bases));
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var start = checked((int)reader.TokenStartIndex);
            reader.Skip();
            if (!WriteElement(array[start..checked((int)reader.BytesConsumed)], offset + from + start, output))
            {
                return false;
            }
        }

        return reader.TokenType == JsonTokenType.EndArray;
    }

    private bool WriteElement(ReadOnlySpan<byte> element, int offset, ArrayBufferWriter<byte> output)
    {
        // Resources are judged one by one; all else of it is a value of the Parameters, or says how it is meant.
        var content = new ArrayBufferWriter<byte>(256);
        var (holds, left) = (false, false);
        var reader = new Utf8JsonReader(element, ResourceReader.OptionsFor(_work.Bases));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var nameStart = checked((int)reader.TokenStartIndex);
            reader.Read();
            var valueStart = checked((int)reader.TokenStartIndex);
            reader.Skip();
            var end = checked((int)reader.BytesConsumed);
            var before = content.WrittenCount;
            if (name.SequenceEqual("resource"u8))
            {
                holds = true;
                WriteResource(element[valueStart..end], content);
                left |= content.WrittenCount > before;
            }
            else if (name.SequenceEqual("part"u8))
            {
                holds = true;
                if (!WritePart(element, valueStart..end, offset, content))
                {
                    return false;
                }

                left |= content.WrittenCount > before;
            }
            else if (name.SequenceEqual("name"u8))
            {
                Separate(content);
                content.Write(element[nameStart..end]);
            }
            else if (_mayShowValues)
            {
                left = true;
                _showsValues = true;
                Separate(content);
                _work.Reader.Edits.Copy(element, offset + nameStart, offset + end, offset, content);
            }
        }

        // A name alone says something where nothing else belongs to it, and would say what is missing where something did.
        if (!left && (holds || !_mayShowValues))
        {
            return true;
        }

        _showsValues |= !left;
        output.Write(output.WrittenCount > 0 ? ","u8 : default);
        output.Write("{"u8);
        output.Write(content.WrittenSpan);
        output.Write("}"u8);
        return true;
    }

    // One that cannot be read stays, which is recorded and said in its place; the upstream's own words on what went wrong never leave.
    private void WriteResource(ReadOnlySpan<byte> resource, ArrayBufferWriter<byte> content)
    {
        if (!_inner.Reader.TryReadWhole(resource, _work.Policy, _work.Bases, _inner.Reader.Facts))
        {
            PassBy(content);
            return;
        }

        if (_inner.Reader.Facts.Type == ResourceType.OperationOutcome)
        {
            Separate(content);
            content.Write("\"resource\":"u8);
            NeutralOutcome.WriteLike(resource, content);
            return;
        }

        switch (_inner.Prepare(resource, 0, resource.Length, null, _inner.Disclosure, _inner.Known))
        {
            case ReleaseOutcome.Released:
                Separate(content);
                content.Write("\"resource\":"u8);
                _inner.Write(resource, 0, resource.Length, viewed: false, content);
                break;
            case ReleaseOutcome.Broken:
                PassBy(content);
                break;
        }
    }

    private void PassBy(ArrayBufferWriter<byte> content)
    {
        _inner.Disclosure.PassBy();
        Separate(content);
        content.Write("\"resource\":"u8);
        IncompleteOutcome.Write(IncompleteOutcome.Unread, content);
    }

    private static void Separate(ArrayBufferWriter<byte> content) => content.Write(content.WrittenCount > 0 ? ","u8 : default);

    private bool WritePart(ReadOnlySpan<byte> element, Range part, int offset, ArrayBufferWriter<byte> content)
    {
        var parts = new ArrayBufferWriter<byte>(256);
        if (!WriteList(part, element, offset, parts))
        {
            return false;
        }

        if (parts.WrittenCount > 0)
        {
            Separate(content);
            content.Write("\"part\":["u8);
            content.Write(parts.WrittenSpan);
            content.Write("]"u8);
        }

        return true;
    }

    // Where a member's value stands; nothing when there is no such member.
    private static Range Find(ReadOnlySpan<byte> json, ReadOnlySpan<byte> member)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueSpan.SequenceEqual(member);
            reader.Read();
            var start = checked((int)reader.TokenStartIndex);
            reader.Skip();
            if (found)
            {
                return start..checked((int)reader.BytesConsumed);
            }
        }

        return 0..0;
    }
}
