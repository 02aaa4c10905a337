using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Identity.Assertions;
using PhiGateway.Identity.Common;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;

namespace PhiGateway.TokenService.Registering;

/// <summary>
/// Reads what an applicant says of itself (RFC 7591 section 2) by the strictest reading: bounded, shown as it is, for machines with keys only;
/// called by <see cref="RegistrationEndpoint"/>.
/// </summary>
/// <remarks>Members that say nothing about a client of this service (redirects, logos, policies) are left aside, as RFC 7591 has it.</remarks>
internal static class ApplicantReader
{
    private const int LongestName = 128;
    private const int LongestWord = 256;
    private const int LongestScope = 2048;
    private const int MostKeys = 4;
    private const int MostContacts = 5;

    /// <summary>Reads the members of an application.</summary>
    /// <param name="members">A JSON object without duplicates.</param>
    /// <param name="form">How it came.</param>
    /// <param name="document">Address of its document; null: it has none.</param>
    /// <param name="statement">What a statement that holds says of who signed it; null: there is none. Its key is the only one then.</param>
    /// <param name="flaw">What is wrong, for the record.</param>
    /// <returns>The words; null: they cannot be taken.</returns>
    public static RegistrationWords? Read(JsonElement members, string form, string? document, StatementFacts? statement, out string? flaw)
    {
        if (!OneWayJson.HasNames(members))
        {
            flaw = "metadata:form";
            return null;
        }

        string?[] flaws =
        [
            FindName(members, out var name),
            FindMethod(members),
            FindWord(members, "client_uri", LongestWord, out var uri),
            FindWord(members, "software_id", LongestWord, out var software),
            FindWord(members, "software_version", LongestWord, out var version),
            FindWord(members, "scope", LongestScope, out var scope),
            FindContacts(members, out var contacts),
            FindKeys(members, statement, out var keys, out var address),
        ];
        flaw = Array.Find(flaws, static one => one is not null);
        return flaw is not null
            ? null
            : new RegistrationWords
            {
                Form = form,
                Name = name!,
                Document = document,
                Uri = uri,
                Contacts = contacts,
                Scope = scope,
                SoftwareId = software,
                SoftwareVersion = version,
                JwksUri = address,
                Keys = keys,
                SignedBy = statement?.SignedBy,
                Certificate = statement?.Certificate,
                IsVouched = statement?.IsVouched == true,
            };
    }

    private static string? FindName(JsonElement members, out string? name) =>
        FindWord(members, "client_name", LongestName, out name) ?? (string.IsNullOrWhiteSpace(name) ? "metadata:client_name" : null);

    // What is registered here comes for itself, and proves itself by a key: who says something else would be another client.
    private static string? FindMethod(JsonElement members)
    {
        if (
            FindWord(members, "token_endpoint_auth_method", LongestWord, out var method) is not null
            || method is not (null or "private_key_jwt")
        )
        {
            return "metadata:token_endpoint_auth_method";
        }

        if (members.TryGetProperty("client_secret", out _) || members.TryGetProperty("client_secret_expires_at", out _))
        {
            return "metadata:client_secret";
        }

        if (!members.TryGetProperty("grant_types", out var grants))
        {
            return null;
        }

        return Texts(grants, 8) is { } said && said.Contains("client_credentials") ? null : "metadata:grant_types";
    }

    private static string? FindContacts(JsonElement members, out IReadOnlyList<string> contacts)
    {
        contacts = [];
        if (!members.TryGetProperty("contacts", out var value))
        {
            return null;
        }

        contacts = Texts(value, MostContacts) ?? [];
        return contacts.Count > 0 && contacts.All(static one => one.Length <= LongestWord && ShownText.IsLine(one))
            ? null
            : "metadata:contacts";
    }

    private static string? FindKeys(JsonElement members, StatementFacts? statement, out IReadOnlyList<PublicJwk> keys, out string? address)
    {
        keys = [];
        if (FindWord(members, "jwks_uri", LongestWord, out address) is { } flaw)
        {
            return flaw;
        }

        var hasKeys = members.TryGetProperty("jwks", out var set);
        if (statement is not null)
        {
            keys = [statement.Key];
            return hasKeys || address is not null || !IsKey(statement.Key) ? "metadata:jwks" : null;
        }

        if (hasKeys == address is not null)
        {
            return "metadata:jwks";
        }

        if (address is not null)
        {
            return ClientKeyForm.IsStrangersJwksUri(address) ? null : "metadata:jwks_uri";
        }

        if (
            set.ValueKind != JsonValueKind.Object
            || !set.TryGetProperty("keys", out var array)
            || array.ValueKind != JsonValueKind.Array
            || array.GetArrayLength() is 0 or > MostKeys
        )
        {
            return "metadata:jwks";
        }

        var read = array.EnumerateArray().Select(KeyOf).ToList();
        keys = [.. read.OfType<PublicJwk>()];
        return keys.Count == read.Count && keys.Select(static key => key.Thumbprint()).Distinct().Count() == read.Count
            ? null
            : "metadata:jwks";
    }

    // Security: whoever sends a private or a symmetric key has shown it, and must make another.
    private static PublicJwk? KeyOf(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var key = new JsonObject();
        foreach (var member in element.EnumerateObject())
        {
            switch (member.Name)
            {
                case "kty" or "crv" or "x" or "y" or "n" or "e" or "kid":
                    key[member.Name] = JsonNode.Parse(member.Value.GetRawText());
                    break;
                case "d" or "p" or "q" or "dp" or "dq" or "qi" or "oth" or "k":
                    return null;
                case "use" when TextOf(member.Value) != "sig":
                    return null;
                default:
                    break;
            }
        }

        try
        {
            return key.Deserialize<PublicJwk>(RegistryJson.Options) is { } jwk && IsKey(jwk) ? jwk : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsKey(PublicJwk key) =>
        ClientKeyForm.IsPublicKey(key) && (key.Kid is null || ShownText.IsLine(key.Kid)) && ClientAssertions.CanVerifyWith(key);

    private static string? FindWord(JsonElement members, string name, int longest, out string? word)
    {
        word = null;
        if (!members.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        word = TextOf(value);
        return word is { Length: > 0 } && word.Length <= longest && ShownText.IsLine(word) ? null : "metadata:" + name;
    }

    private static IReadOnlyList<string>? Texts(JsonElement array, int most)
    {
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > most)
        {
            return null;
        }

        var texts = array.EnumerateArray().Select(TextOf).ToList();
        return texts.Contains(null) ? null : [.. texts.Select(static text => text!)];
    }

    /// <summary>A member's text; null: it is none, as half of a surrogate pair.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
