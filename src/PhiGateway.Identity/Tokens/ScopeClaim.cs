using System.Text.Json;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Reads a token's scopes from the claims and in the shape that its issuer is configured for; used by <see cref="TokenClaims"/>.
/// </summary>
/// <remarks>
/// Security: a claim of another shape refuses the token, and so do two claims that do not name the same scopes: which of them counts
/// would otherwise be a matter of the reader.
/// </remarks>
internal static class ScopeClaim
{
    private static readonly string[] Standard = ["scope"];

    /// <summary>True with null: the token has no scope. False: it has one that cannot be read, or two that contradict each other.</summary>
    public static bool TryRead(JsonElement claims, IssuerClaimOptions options, out string? scope)
    {
        scope = null;
        var names = options.Scope ?? Standard;
        for (var i = 0; i < names.Count; i++)
        {
            if (!ClaimPath.TryFind(claims, names[i], out var value))
            {
                continue;
            }

            if (!TryReadValue(value, options.ScopeShape, out var text) || (scope is not null && !AreSame(scope, text)))
            {
                scope = null;
                return false;
            }

            scope ??= text;
        }

        return true;
    }

    private static bool TryReadValue(JsonElement value, ScopeShape shape, out string text)
    {
        text = string.Empty;
        if (value.ValueKind == JsonValueKind.String && shape != ScopeShape.Array && ClaimText.TryRead(value, out var written))
        {
            text = written!;
            return true;
        }

        if (value.ValueKind != JsonValueKind.Array || shape == ScopeShape.String)
        {
            return false;
        }

        var items = new List<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (!ClaimText.TryRead(item, out var one) || !IsOneScope(one!))
            {
                return false;
            }

            items.Add(one!);
        }

        text = string.Join(' ', items);
        return true;
    }

    // scope-token of RFC 6749 section 3.3: a blank inside one would make two of it.
    private static bool IsOneScope(string text)
    {
        foreach (var character in text)
        {
            if (character is <= ' ' or > '~' or '"' or '\\')
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    private static bool AreSame(string one, string other) =>
        one.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ToHashSet(StringComparer.Ordinal)
            .SetEquals(other.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
