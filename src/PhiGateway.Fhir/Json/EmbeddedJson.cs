using System.Text.Json;

namespace PhiGateway.Fhir.Json;

/// <summary>Opens the tables that are built into this assembly.</summary>
internal static class EmbeddedJson
{
    /// <summary>Reads <c>Data/{name}</c>; a missing table is broken wiring and throws.</summary>
    internal static JsonDocument Read(string name)
    {
        using var stream =
            typeof(EmbeddedJson).Assembly.GetManifestResourceStream($"PhiGateway.Fhir.Data.{name}")
            ?? throw new InvalidOperationException($"The table {name} is not part of this build.");
        return JsonDocument.Parse(stream);
    }

    internal static string[] Strings(JsonElement array)
    {
        var strings = new string[array.GetArrayLength()];
        for (var i = 0; i < strings.Length; i++)
        {
            strings[i] = array[i].GetString()!;
        }

        return strings;
    }
}
