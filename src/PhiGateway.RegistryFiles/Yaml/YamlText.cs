using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PhiGateway.RegistryFiles.Yaml;

/// <summary>Writes JSON as YAML that every reader understands the same way: whatever could be taken for something else is quoted.</summary>
internal static class YamlText
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@/+$"
    );

    // YAML 1.1 readers take these for booleans or nothing.
    private static readonly SearchValues<string> Words = SearchValues.Create(
        ["true", "false", "null", "yes", "no", "on", "off", "y", "n"],
        StringComparison.OrdinalIgnoreCase
    );

    public static string Write(JsonNode node)
    {
        var writer = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(writer, new EmitterSettings(2, int.MaxValue, false, 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, node);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.ToString();
    }

    private static void Emit(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json:
                emitter.Emit(
                    new MappingStart(AnchorName.Empty, TagName.Empty, true, json.Count == 0 ? MappingStyle.Flow : MappingStyle.Block)
                );
                foreach (var (name, value) in json)
                {
                    Scalar(emitter, name);
                    Emit(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray array:
                var simple = array.All(static entry => entry is JsonValue);
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, true, simple ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var entry in array)
                {
                    Emit(emitter, entry);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                Scalar(emitter, value.GetValue<string>());
                break;
            default:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, node?.ToJsonString() ?? "null", ScalarStyle.Plain, true, false));
                break;
        }
    }

    private static void Scalar(Emitter emitter, string text)
    {
        var plain =
            text.Length > 0
            && !text.AsSpan().ContainsAnyExcept(Plain)
            && (char.IsAsciiLetter(text[0]) || IsDate(text))
            && !Words.Contains(text);
        emitter.Emit(
            new Scalar(AnchorName.Empty, TagName.Empty, text, plain ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted, plain, !plain)
        );
    }

    private static bool IsDate(string text) => text.Length == 10 && DateOnly.TryParseExact(text, "yyyy-MM-dd", out _);
}
