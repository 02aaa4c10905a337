using System.Text.Json;

namespace PhiGateway.Identity.Tokens;

/// <summary>What an issuer said about an opaque token.</summary>
/// <param name="Claims">What it is, while it is active; the caller disposes of it. Null: it is not, or nobody could say.</param>
/// <param name="IsUnavailable">Whether nobody could say.</param>
/// <param name="Budget">What there was no room in, where that is why; null: it was not.</param>
internal readonly record struct Introspection(JsonDocument? Claims, bool IsUnavailable, string? Budget = null)
{
    public static readonly Introspection Inactive = new(null, false);

    public static readonly Introspection Unavailable = new(null, true);

    /// <summary>Too many questions are under way, or too many of this peer.</summary>
    public static readonly Introspection NoRoom = new(null, true, "introspections-at-once");
}
