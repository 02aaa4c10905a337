using System.Text.Json;

namespace PhiGateway.Identity.Tokens;

/// <summary>Finds a claim by its configured name; dots step into objects, unless a claim has that very name.</summary>
internal static class ClaimPath
{
    public static bool TryFind(JsonElement claims, string path, out JsonElement value)
    {
        // Claims named by a URL have dots of their own.
        if (claims.TryGetProperty(path, out value))
        {
            return true;
        }

        var current = claims;
        foreach (var range in path.AsSpan().Split('.'))
        {
            if (current.ValueKind != JsonValueKind.Object || !current.TryGetProperty(path.AsSpan(range), out current))
            {
                value = default;
                return false;
            }
        }

        value = current;
        return true;
    }
}
