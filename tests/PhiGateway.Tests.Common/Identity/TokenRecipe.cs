using System.Text.Json.Nodes;

namespace PhiGateway.Tests.Common.Identity;

/// <summary>A good access token by RFC 9068, to be spoiled in one point by each test.</summary>
internal sealed class TokenRecipe
{
    private readonly SigningKey _key;

    public TokenRecipe(SigningKey key, string issuer, DateTimeOffset now)
    {
        _key = key;
        Header = new JsonObject
        {
            ["alg"] = key.Algorithm,
            ["kid"] = key.KeyId,
            ["typ"] = "at+jwt",
        };
        Claims = new JsonObject
        {
            ["iss"] = issuer,
            ["aud"] = IdentityHost.Audience,
            ["sub"] = "lab",
            ["client_id"] = "lab",
            ["jti"] = "t-1",
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.ToUnixTimeSeconds() + 300,
            ["scope"] = "system/Observation.rs",
            ["extensions"] = new JsonObject { ["hl7-b2b"] = new JsonObject { ["purpose_of_use"] = new JsonArray("TREAT") } },
        };
    }

    public JsonObject Header { get; }

    public JsonObject Claims { get; }

    public TokenRecipe Set(string claim, JsonNode? value)
    {
        Claims[claim] = value;
        return this;
    }

    public TokenRecipe Without(string claim)
    {
        Claims.Remove(claim);
        return this;
    }

    public TokenRecipe SetHeader(string name, JsonNode? value)
    {
        Header[name] = value;
        return this;
    }

    public string Sign() => _key.Token(Header.ToJsonString(), Claims.ToJsonString());

    public string SignWith(SigningKey other) => other.Token(Header.ToJsonString(), Claims.ToJsonString());
}
