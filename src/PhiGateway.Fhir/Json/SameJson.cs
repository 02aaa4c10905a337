using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhiGateway.Fhir.Json;

/// <summary>
/// Says whether two values in JSON are the same, whatever the order of their members and the spelling of their numbers. A number whose
/// exponent no reader can hold is the same as nothing.
/// </summary>
public static class SameJson
{
    /// <summary>Whether two elements are.</summary>
    public static bool Is(JsonElement one, JsonElement other)
    {
        try
        {
            return JsonElement.DeepEquals(one, other);
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    /// <summary>Whether two nodes are; null is JSON's null.</summary>
    internal static bool Is(JsonNode? one, JsonNode? other)
    {
        try
        {
            return JsonNode.DeepEquals(one, other);
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }
}
