using System.Text.Json.Nodes;

namespace PhiGateway.RegistryFiles.Yaml;

/// <summary>Reads and writes the YAML of registry files; for the command line.</summary>
public static class RegistryText
{
    /// <summary>The text, ending with a line end.</summary>
    public static string ToYaml(JsonNode node) => YamlText.Write(node);

    /// <summary>Reads YAML (JSON is YAML too); null with words for the person when it cannot be read in one way.</summary>
    public static JsonNode? Parse(string text, out string? problem)
    {
        problem = YamlDocument.Parse(text).Failed(out var refused, out var node) ? refused.Detail : null;
        return node;
    }
}
