using System.Text.Json;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Tokens;

/// <summary>Reads <c>aud</c> (RFC 7519 section 4.1.3) of answers about tokens: one text, or a list of texts.</summary>
internal static class AudienceClaim
{
    /// <summary>Whether it names somebody; false where it is absent or of another kind.</summary>
    public static bool Contains(JsonElement claims, string wanted)
    {
        if (!claims.TryGetProperty("aud", out var audience))
        {
            return false;
        }

        if (audience.ValueKind != JsonValueKind.Array)
        {
            return ClaimText.TryRead(audience, out var one) && one == wanted;
        }

        foreach (var item in audience.EnumerateArray())
        {
            if (ClaimText.TryRead(item, out var text) && text == wanted)
            {
                return true;
            }
        }

        return false;
    }
}
