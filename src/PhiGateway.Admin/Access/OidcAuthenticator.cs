using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Validation;

namespace PhiGateway.Admin.Access;

/// <summary>Turns a token of the configured issuer into a caller; the JwtBearer handler has validated it.</summary>
internal sealed class OidcAuthenticator(AdminOptions options, StrangersTokens strangers)
{
    public const string Scheme = "admin-oidc";

    /// <summary>
    /// The caller whose token a request bears; null where it is none, with <see cref="FalseTokens.Budget"/> where nobody looked at it.
    /// </summary>
    /// <remarks>
    /// Security: of strangers' tokens few are verified for one address. A person whose token held there before has a count of their own, which
    /// what others show does not touch.
    /// </remarks>
    public async Task<(AdminCaller? Caller, string? Flaw)> AuthenticateAsync(HttpContext context, string token)
    {
        if (options.Oidc is not { } oidc)
        {
            return (null, null);
        }

        var peer = context.Connection.RemoteIpAddress;
        var claimed = ClaimedText.Find(token, oidc.NameClaim);
        if (!strangers.Room.HasRoom(peer, Scheme, claimed))
        {
            options.CountExhausted(FalseTokens.Budget);
            return (null, FalseTokens.Budget);
        }

        var result = await context.AuthenticateAsync(Scheme);
        if (!result.Succeeded)
        {
            if (result.Failure is SecurityTokenInvalidSignatureException)
            {
                strangers.Room.NoteFalse(peer, Scheme, claimed);
            }

            return (null, null);
        }

        if (CallerOf(result.Principal) is not { } caller)
        {
            return (null, null);
        }

        strangers.Room.NoteGood(peer, Scheme, caller.Person);
        return (caller with { Until = EndOf(result.Principal) }, null);
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
