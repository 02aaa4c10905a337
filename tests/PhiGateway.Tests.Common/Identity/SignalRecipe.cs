using System.Text.Json.Nodes;

namespace PhiGateway.Tests.Common.Identity;

/// <summary>A good security event token by CAEP 1.0, to be spoiled in one point by each test.</summary>
internal sealed class SignalRecipe
{
    public const string Issuer = "https://signals.hospital.example";
    public const string Audience = "https://gw.hospital.example/signals/okta";
    public const string Caep = "https://schemas.openid.net/secevent/caep/event-type/";

    private readonly SigningKey _key;

    public SignalRecipe(SigningKey key, DateTimeOffset now, string type, JsonObject subject, JsonObject? said = null)
    {
        _key = key;
        Header = new JsonObject
        {
            ["alg"] = key.Algorithm,
            ["kid"] = key.KeyId,
            ["typ"] = "secevent+jwt",
        };
        Claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["jti"] = Guid.CreateVersion7().ToString(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["sub_id"] = subject,
            ["events"] = new JsonObject { [type.Contains(':', StringComparison.Ordinal) ? type : Caep + type] = said ?? [] },
        };
    }

    public JsonObject Header { get; }

    public JsonObject Claims { get; }

    public string Id => (string)Claims["jti"]!;

    public static JsonObject IssSub(string issuer, string subject) =>
        new()
        {
            ["format"] = "iss_sub",
            ["iss"] = issuer,
            ["sub"] = subject,
        };

    public static JsonObject Opaque(string id) => new() { ["format"] = "opaque", ["id"] = id };

    public static JsonObject Email(string address) => new() { ["format"] = "email", ["email"] = address };

    /// <summary>Puts a value, given as JSON, in the place of a claim, or of one of <c>header.</c>; null takes it away.</summary>
    public SignalRecipe Set(string path, string? json)
    {
        var (holder, name) = path.StartsWith("header.", StringComparison.Ordinal) ? (Header, path[7..]) : (Claims, path);
        holder.Remove(name);
        if (json is not null)
        {
            holder[name] = JsonNode.Parse(json);
        }

        return this;
    }

    public string Sign(SigningKey? other = null) => (other ?? _key).Token(Header.ToJsonString(), Claims.ToJsonString());
}
