using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.RegistryFiles.Documents;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PhiGateway.RegistryFiles.Yaml;

/// <summary>
/// Reads one YAML document as JSON, in exactly one way: no aliases, no tags, no duplicate keys; only true, false, null and whole numbers
/// are more than text.
/// </summary>
/// <remarks>So <c>N</c>, <c>no</c> and <c>2026-01-01</c> are the strings that a person meant.</remarks>
internal static class YamlDocument
{
    public static Checked<JsonNode> Parse(string text)
    {
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                return DocumentRefusal.Malformed("The file is empty.");
            }

            var node = Read(parser, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.TryConsume<StreamEnd>(out _))
            {
                return DocumentRefusal.Malformed("One YAML document is expected.");
            }

            return node is null ? DocumentRefusal.Malformed("The file is empty.") : node;
        }
        catch (YamlException exception)
        {
            return DocumentRefusal.Malformed(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Line {exception.Start.Line}, column {exception.Start.Column}: {Reason(exception)}"
                )
            );
        }
    }

    private static JsonNode? Read(Parser parser, int depth)
    {
        if (depth > DocumentJson.MaxDepth)
        {
            throw new YamlRefusal(parser.Current!, "too deeply nested.");
        }

        switch (parser.Current)
        {
            case NodeEvent node when !node.Anchor.IsEmpty || !(node.Tag.IsEmpty || node.Tag.IsNonSpecific):
                throw new YamlRefusal(node, "anchors and tags are not accepted.");
            case AnchorAlias alias:
                throw new YamlRefusal(alias, "aliases are not accepted.");
            case Scalar:
                return Value(parser.Consume<Scalar>());
            case SequenceStart:
                parser.MoveNext();
                var array = new JsonArray();
                while (!parser.TryConsume<SequenceEnd>(out _))
                {
                    array.Add(Read(parser, depth + 1));
                }

                return array;
            case MappingStart:
                parser.MoveNext();
                var json = new JsonObject();
                while (!parser.TryConsume<MappingEnd>(out _))
                {
                    var key = parser.Current is Scalar { Anchor.IsEmpty: true }
                        ? parser.Consume<Scalar>()
                        : throw new YamlRefusal(parser.Current!, "a key must be plain text.");
                    if (json.ContainsKey(key.Value))
                    {
                        throw new YamlRefusal(key, $"'{key.Value}' stands twice.");
                    }

                    json.Add(key.Value, Read(parser, depth + 1));
                }

                return json;
            default:
                throw new YamlRefusal(parser.Current!, "this is not understood.");
        }
    }

    private static JsonNode? Value(Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain)
        {
            return JsonValue.Create(scalar.Value);
        }

        return scalar.Value switch
        {
            "" or "~" or "null" => null,
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            var text
                when IsWholeNumber(text)
                    && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(
                number
            ),
            var text => JsonValue.Create(text),
        };
    }

    // Only what prints back as it was: 007 and +1 stay text.
    private static bool IsWholeNumber(string text)
    {
        var digits = text.AsSpan(text[0] == '-' ? 1 : 0);
        return digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9') && (digits[0] != '0' || text == "0");
    }

    // The parser's own words quote the file; its line is enough.
    private static string Reason(YamlException exception) => exception is YamlRefusal ? exception.Message : "this is not YAML.";

    private sealed class YamlRefusal(ParsingEvent at, string why) : YamlException(at.Start, at.End, why);
}
