using System.Text.Json;

namespace PhiGateway.Identity.Tokens;

/// <summary>What an issuer said about an opaque token.</summary>
/// <param name="Claims">What it is, while it is active; the caller disposes of it. Null: it is not, or nobody could say.</param>
/// <param name="IsUnavailable">Whether nobody could say.</param>
internal readonly record struct Introspection(JsonDocument? Claims, bool IsUnavailable)
{
    public static readonly Introspection Inactive = new(null, false);

    public static readonly Introspection Unavailable = new(null, true);
}
