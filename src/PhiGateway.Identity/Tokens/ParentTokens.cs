using System.Text.Json;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// The tokens that a token was exchanged from (RFC 8693), by the names under which each may be revoked: what is revoked takes with it what
/// came of it. Written by the token service, read out of the claims of every token.
/// </summary>
/// <remarks>
/// Security: they only take away. Where another issuer writes the claim its tokens can be closed by it, and a claim that cannot be read makes
/// the token unreadable: a parent that was overlooked would be one that cannot be revoked.
/// </remarks>
/// <param name="Ids"><c>jti</c> of each, the first parent first.</param>
/// <param name="Hashes">SHA-256 of what was signed and of each text of the whole, lower-case hex.</param>
public sealed record ParentTokens(IReadOnlyList<string> Ids, IReadOnlyList<string> Hashes)
{
    /// <summary>The claim.</summary>
    public const string Name = "phi_gateway_parents";

    /// <summary>How many there may be: each child ends with its parent, so more of them are of no use to anybody.</summary>
    public const int Most = 4;

    /// <summary>A token that was exchanged from none.</summary>
    public static readonly ParentTokens None = new([], []);

    private const string IdsName = "jti";
    private const string HashesName = "sha256";
    private const int HashesOfEach = 3;
    private const int HashLength = 64;
    private const int LongestId = 256;

    /// <summary>These and one more; null: there would be too many.</summary>
    public ParentTokens? And(string id, TokenHashes hashes) =>
        Ids.Count < Most ? new([.. Ids, id], [.. Hashes, hashes.SigningInput, .. hashes.Texts]) : null;

    /// <summary>Reads the claim; true with none where it is not there. False: what is there cannot be read.</summary>
    public static bool TryRead(JsonElement claims, out ParentTokens parents)
    {
        parents = None;
        if (!claims.TryGetProperty(Name, out var claim))
        {
            return true;
        }

        if (
            claim.ValueKind != JsonValueKind.Object
            || !TryTexts(claim, IdsName, Most, static text => text.Length is > 0 and <= LongestId, out var ids)
            || !TryTexts(claim, HashesName, Most * HashesOfEach, static text => text.Length == HashLength, out var hashes)
        )
        {
            return false;
        }

        parents = new ParentTokens(ids, hashes);
        return true;
    }

    /// <summary>Writes the claim; nothing where there are none.</summary>
    public void Write(Utf8JsonWriter json)
    {
        if (Ids.Count == 0)
        {
            return;
        }

        json.WriteStartObject(Name);
        Write(json, IdsName, Ids);
        Write(json, HashesName, Hashes);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static bool TryTexts(JsonElement claim, string name, int most, Func<string, bool> isOne, out List<string> texts)
    {
        texts = [];
        if (
            !claim.TryGetProperty(name, out var list)
            || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() is 0
            || list.GetArrayLength() > most
        )
        {
            return false;
        }

        foreach (var item in list.EnumerateArray())
        {
            if (!ClaimText.TryRead(item, out var text) || !isOne(text!))
            {
                return false;
            }

            texts.Add(text!);
        }

        return true;
    }
}
