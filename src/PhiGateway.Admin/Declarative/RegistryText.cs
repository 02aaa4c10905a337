using System.Text.Json.Nodes;

namespace PhiGateway.Admin.Declarative;

/// <summary>Writes JSON as the YAML of registry files; for the command line.</summary>
public static class RegistryText
{
    /// <summary>The text, ending with a line end.</summary>
    public static string ToYaml(JsonNode node) => YamlText.Write(node);
}
