using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <content>The loop over tokens.</content>
internal sealed partial class ResourceReader
{
    private ScanResult Walk(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, ScanProgram program)
    {
        var depth = 0;
        ref var frame = ref Open(0, program.Root, program, false);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    // No FHIR element has a name that needs escapes; one with escapes is there to be read differently.
                    var name = reader.ValueSpan;
                    var key = NameKey.Of(name);
                    if (
                        reader.ValueIsEscaped
                        || !Names.TryAdd(frame.NamesStart, ref frame.Bloom, key, (int)reader.TokenStartIndex + 1, name, data)
                    )
                    {
                        return ScanResult.Broken;
                    }

                    frame.Pending = ScanNodes.Next(frame.Node, key, name);
                    break;

                case JsonTokenType.String:
                    if (reader.ValueIsEscaped && !JsonText.HasWholeSurrogates(reader.ValueSpan))
                    {
                        return ScanResult.Broken;
                    }

                    if (frame.Pending.WantsValues && !TakeText(ref frame, ref reader, data))
                    {
                        return ScanResult.Broken;
                    }

                    break;

                case JsonTokenType.StartObject:
                    var node = frame.Pending;
                    var inner = frame.Program;
                    var contained = frame.Contained;
                    if (node.Strict)
                    {
                        if (node.Role != ScanRole.Contained || contained || !frame.InArray)
                        {
                            return ScanResult.Broken;
                        }

                        var peeked = PeekType(reader, out var type);
                        if (peeked != ScanResult.Complete)
                        {
                            return peeked;
                        }

                        inner = ScanProgram.For(type);
                        Contained.Add(type);
                        node = inner.Root;
                        contained = true;
                        if (inner.Rule is OwnerRule.Self or OwnerRule.Indirect && !IsSignature(inner))
                        {
                            // A person described in place, or a parcel of anything: whose record that is, nobody can say.
                            _owners.Unresolved(contained: true);
                        }
                    }

                    frame = ref Open(++depth, node, inner, contained);
                    break;

                case JsonTokenType.EndObject:
                    if (frame.Node.WantsClosing)
                    {
                        Close(depth, ref frame, data);
                    }

                    if (depth == 0)
                    {
                        return ScanResult.Complete;
                    }

                    Names.PopTo(frame.NamesStart);
                    frame = ref _frames[--depth];
                    break;

                case JsonTokenType.StartArray:
                    // FHIR's JSON has no arrays of arrays.
                    if (frame.InArray)
                    {
                        return ScanResult.Broken;
                    }

                    frame.InArray = true;
                    break;

                case JsonTokenType.EndArray:
                    frame.InArray = false;
                    break;

                default:
                    if (frame.Pending.WantsValues && !TakeLiteral(ref frame, reader.TokenType))
                    {
                        return ScanResult.Broken;
                    }

                    break;
            }
        }

        return ScanResult.NeedMore;
    }

    private ref ScanFrame Open(int depth, ScanNode node, ScanProgram program, bool contained)
    {
        ref var frame = ref _frames[depth];
        frame.Node = node;
        frame.Pending = node;
        frame.Program = program;
        frame.Bloom = 0;
        frame.NamesStart = Names.Count;
        frame.InlineStart = _inline.Count;
        frame.InArray = false;
        frame.Contained = contained;
        frame.First = default;
        frame.Second = default;
        frame.Third = default;
        return ref frame;
    }

    private bool TakeText(ref ScanFrame frame, ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        var node = frame.Pending;
        var text = new TextSpan((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, reader.ValueIsEscaped);
        if (frame.InArray && node.Strict)
        {
            return false;
        }

        if (node.Slot >= 0)
        {
            frame.Capture(node.Slot, text);
        }

        if (node.Tokens != 0 && !frame.Contained && (node.Tokens & _needed) != 0)
        {
            AddTokens(
                node.Tokens & _needed,
                frame.Program,
                null,
                node.Role == ScanRole.Id ? JsonText.ToString(text.In(data), text.Escaped) : _texts.Get(PlainOf(text, data))
            );
        }

        return node.Role == ScanRole.None || TakeRole(node.Role, ref frame, text, data);
    }

    private bool TakeRole(ScanRole role, ref ScanFrame frame, TextSpan text, ReadOnlySpan<byte> data)
    {
        switch (role)
        {
            case ScanRole.ReferenceText:
                return text.Length < 4 || TakeReferenceText(text, data);
            case ScanRole.Id:
                if (!frame.Contained)
                {
                    _facts.Id = ReferenceReader.IsId(PlainOf(text, data)) ? JsonText.ToString(text.In(data), text.Escaped) : null;
                }

                return true;
            case ScanRole.VersionId:
                if (!frame.Contained && ReferenceReader.IsId(PlainOf(text, data)))
                {
                    _facts.VersionId = text.Length <= 4 ? _texts.Get(PlainOf(text, data)) : JsonText.ToString(text.In(data), text.Escaped);
                }

                return true;
            case ScanRole.ConfidentialityCode:
                _facts.Raise(LabelReader.Rank(_texts.Get(PlainOf(text, data)), _facts));
                _labelled |= !frame.Contained;
                return true;
            case ScanRole.Owner:
                _owners.Unresolved(frame.Contained);
                return true;
            case ScanRole.Secondary:
                return true;
            default:
                // A string where a label, an extension or a resource belongs.
                return false;
        }
    }

    private bool TakeLiteral(ref ScanFrame frame, JsonTokenType token)
    {
        var node = frame.Pending;
        if (node.Strict || (node.Role & (ScanRole.Label | ScanRole.RaisingLabel | ScanRole.Tag | ScanRole.InlineCoding)) != 0)
        {
            return false;
        }

        if ((node.Role & ScanRole.Owner) != 0)
        {
            _owners.Unresolved(frame.Contained);
        }

        if (token is JsonTokenType.True or JsonTokenType.False && !frame.Contained && (node.Tokens & _needed) != 0)
        {
            AddTokens(node.Tokens & _needed, frame.Program, null, token == JsonTokenType.True ? "true" : "false");
        }

        return true;
    }
}
