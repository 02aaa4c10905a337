using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace PhiGateway.Tests.Common.Identity;

/// <summary>A good DPoP proof by RFC 9449, to be spoiled in one point by each test.</summary>
internal sealed class ProofRecipe
{
    private readonly SigningKey _key;

    public ProofRecipe(SigningKey key, string token, string method, string uri, DateTimeOffset now)
    {
        _key = key;
        var jwk = key.PublicJwk();
        jwk.Remove("kid");
        jwk.Remove("use");
        jwk.Remove("alg");
        Header = new JsonObject
        {
            ["typ"] = "dpop+jwt",
            ["alg"] = key.Algorithm,
            ["jwk"] = jwk,
        };
        Claims = new JsonObject
        {
            ["jti"] = Path.GetRandomFileName(),
            ["htm"] = method,
            ["htu"] = uri,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["ath"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token))),
        };
    }

    public JsonObject Header { get; }

    public JsonObject Claims { get; }

    public ProofRecipe Set(string claim, JsonNode? value)
    {
        Claims[claim] = value;
        return this;
    }

    public ProofRecipe Without(string claim)
    {
        Claims.Remove(claim);
        return this;
    }

    public ProofRecipe SetHeader(string name, JsonNode? value)
    {
        Header[name] = value;
        return this;
    }

    public string Sign() => _key.Token(Header.ToJsonString(), Claims.ToJsonString());

    public string SignWith(SigningKey other) => other.Token(Header.ToJsonString(), Claims.ToJsonString());

    /// <summary>RFC 7638 thumbprint of a key, as <c>cnf.jkt</c> has it.</summary>
    public static string ThumbprintOf(SigningKey key)
    {
        var jwk = key.PublicJwk();
        var canonical =
            (string)jwk["kty"]! == "RSA"
                ? $$"""{"e":"{{jwk["e"]}}","kty":"RSA","n":"{{jwk["n"]}}"}"""
                : $$"""{"crv":"{{jwk["crv"]}}","kty":"EC","x":"{{jwk["x"]}}","y":"{{jwk["y"]}}"}""";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(canonical)));
    }
}
