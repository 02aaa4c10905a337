using System.Text.Json;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Tokens;

/// <summary>Reads <c>aud</c> (RFC 7519 section 4.1.3) of tokens, assertions and answers: one text, or a list of texts.</summary>
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

    /// <summary>
    /// Whether it names one of those that are wanted and nobody besides: what is good elsewhere too could be sent on from there.
    /// </summary>
    public static bool IsOnly(JsonElement claims, IReadOnlyList<string> wanted)
    {
        if (!claims.TryGetProperty("aud", out var audience))
        {
            return false;
        }

        if (audience.ValueKind != JsonValueKind.Array)
        {
            return IsWanted(audience, wanted);
        }

        if (audience.GetArrayLength() == 0 || audience.GetArrayLength() > wanted.Count)
        {
            return false;
        }

        foreach (var item in audience.EnumerateArray())
        {
            if (!IsWanted(item, wanted))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsWanted(JsonElement audience, IReadOnlyList<string> wanted) =>
        ClaimText.TryRead(audience, out var text) && wanted.Contains(text!, StringComparer.Ordinal);
}
