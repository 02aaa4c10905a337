using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Validation;

namespace PhiGateway.Admin.Access;

/// <summary>Turns a token of the configured issuer into a caller; the JwtBearer handler has validated it.</summary>
internal sealed class OidcAuthenticator(AdminOptions options)
{
    public const string Scheme = "admin-oidc";

    public async Task<AdminCaller?> AuthenticateAsync(HttpContext context)
    {
        if (options.Oidc is null)
        {
            return null;
        }

        var result = await context.AuthenticateAsync(Scheme);
        return result.Succeeded && CallerOf(result.Principal) is { } caller ? caller with { Until = EndOf(result.Principal) } : null;
    }

    /// <summary>The caller that a validated principal is; null when it names nobody.</summary>
    public AdminCaller? CallerOf(ClaimsPrincipal principal)
    {
        // Security: under these names nobody acts, whatever an issuer lets people call themselves.
        if (
            options.Oidc is not { } oidc
            || principal.FindFirst(oidc.NameClaim)?.Value is not { Length: > 0 and <= 256 } person
            || AdminKeyRules.IsReserved(person)
            || !ShownText.IsLine(person)
        )
        {
            return null;
        }

        var roles = Values(principal, oidc.RoleClaim)
            .Select(role => oidc.RoleMap.Count == 0 ? role : oidc.RoleMap.GetValueOrDefault(role, string.Empty))
            .Where(AdminRoles.IsKnown)
            .Distinct(StringComparer.Ordinal);
        return new AdminCaller(person, "oidc", [.. roles]);
    }

    private static DateTimeOffset? EndOf(ClaimsPrincipal principal) =>
        long.TryParse(principal.FindFirst("exp")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, DateTimeOffset.MaxValue.ToUnixTimeSeconds()))
            : null;

    // A nested claim arrives as the JSON text of its outermost object.
    private static IEnumerable<string> Values(ClaimsPrincipal principal, string claim)
    {
        var exact = principal.FindAll(claim).Select(static found => found.Value).ToList();
        var dot = claim.IndexOf('.', StringComparison.Ordinal);
        if (exact.Count > 0 || dot < 0 || principal.FindFirst(claim[..dot])?.Value is not { } json)
        {
            return exact;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            var element = document.RootElement;
            foreach (var step in claim[(dot + 1)..].Split('.'))
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(step, out element))
                {
                    return [];
                }
            }

            return element.ValueKind switch
            {
                JsonValueKind.String => [element.GetString()!],
                JsonValueKind.Array =>
                [
                    .. element.EnumerateArray().Where(static e => e.ValueKind == JsonValueKind.String).Select(static e => e.GetString()!),
                ],
                _ => [],
            };
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or a text that is none: half of a surrogate pair.
            return [];
        }
    }
}
