using System.Text.Json;

namespace PhiGateway.Identity.Common;

/// <summary>Reads moments as JWTs write them (RFC 7519 section 2, NumericDate): seconds since 1970, perhaps with a fraction.</summary>
internal static class NumericDate
{
    // 9999-12-31, the last day that a DateTimeOffset holds.
    private const long LastDay = 253_402_214_400;

    /// <summary>Reads a claim to the second; false where it is absent, no number or out of the calendar.</summary>
    public static bool TryRead(JsonElement claims, string name, out DateTimeOffset moment)
    {
        moment = default;
        if (
            !claims.TryGetProperty(name, out var value)
            || value.ValueKind != JsonValueKind.Number
            || !value.TryGetDouble(out var seconds)
            || !(seconds >= 0 && seconds < LastDay)
        )
        {
            return false;
        }

        moment = DateTimeOffset.FromUnixTimeSeconds((long)seconds);
        return true;
    }
}
