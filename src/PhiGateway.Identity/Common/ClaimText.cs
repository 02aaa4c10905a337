using System.Text.Json;

namespace PhiGateway.Identity.Common;

/// <summary>Reads a string out of JSON that an issuer wrote, or says that it cannot be one.</summary>
internal static class ClaimText
{
    /// <summary>
    /// Reads a JSON string; false for every other kind and for escapes that are no Unicode text, such as a lone surrogate.
    /// </summary>
    public static bool TryRead(JsonElement element, out string? text)
    {
        text = null;
        if (element.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        try
        {
            text = element.GetString();
            return text is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
