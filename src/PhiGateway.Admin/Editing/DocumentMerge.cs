using System.Text.Json.Nodes;

namespace PhiGateway.Admin.Editing;

/// <summary>JSON Merge Patch (RFC 7396): members replace, null removes, arrays replace as a whole.</summary>
internal static class DocumentMerge
{
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        var result = (JsonObject)target.DeepClone();
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                result.Remove(name);
            }
            else if (value is JsonObject inner)
            {
                result[name] = Apply(result[name] as JsonObject ?? [], inner);
            }
            else
            {
                result[name] = value.DeepClone();
            }
        }

        return result;
    }
}
