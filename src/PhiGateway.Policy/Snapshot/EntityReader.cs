using System.Text;
using System.Text.Json;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Snapshot;

/// <summary>Reads stored documents; what cannot be read is a problem, never an exception.</summary>
internal static class EntityReader
{
    /// <summary>The entity of an item, or why there is none.</summary>
    internal static (IRegistryEntity? Entity, RegistryProblem? Problem) Read(RegistryItem item)
    {
        var path = RegistryPaths.Of(item.Kind, item.Id);
        try
        {
            if (JsonSerializer.Deserialize(item.Json, RegistryJson.TypeOf(item.Kind), RegistryJson.Options) is not IRegistryEntity entity)
            {
                return (null, new RegistryProblem(path, "The stored document is empty; write it anew."));
            }

            if (!string.Equals(entity.Id, item.Id, StringComparison.Ordinal) || !RegistryId.IsValid(entity.Id))
            {
                return (null, new RegistryProblem(path + "/id", "The document's id is not the one it is stored under; write it anew."));
            }

            return NullMembers.Exist(entity) ? (null, new RegistryProblem(path, "A list holds null; write the document anew.")) : (entity, null);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            var where = exception is JsonException { Path: { } jsonPath } ? " at " + jsonPath : string.Empty;
            return (null, new RegistryProblem(path, $"The stored document cannot be read{where}; write it anew."));
        }
    }

    /// <summary>The client that an unreadable document speaks of, as far as that can be told; closing it is safer than passing over the document.</summary>
    internal static string? GuessClient(string json)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("client"u8))
                {
                    return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }

        return null;
    }
}
