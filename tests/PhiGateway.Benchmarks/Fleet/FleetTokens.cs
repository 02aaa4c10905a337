using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace PhiGateway.Benchmarks.Fleet;

/// <summary>The identity provider of a fleet run: one key, its JWKS in a file, tokens for any client.</summary>
internal sealed class FleetTokens : IDisposable
{
    public const string Issuer = "http://127.0.0.1/fleet-idp";
    public const string Audience = "http://127.0.0.1/fhir";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public async Task WriteJwksAsync(string path)
    {
        var point = _key.ExportParameters(false).Q;
        var jwks = new
        {
            keys = new[]
            {
                new
                {
                    kty = "EC",
                    crv = "P-256",
                    alg = "ES256",
                    use = "sig",
                    kid = "fleet",
                    x = Base64UrlEncoder.Encode(point.X),
                    y = Base64UrlEncoder.Encode(point.Y),
                },
            },
        };
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(jwks));
    }

    public FleetToken For(string client)
    {
        var now = DateTime.UtcNow;
        var id = Guid.NewGuid().ToString();
        var text = new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                TokenType = "at+jwt",
                Issuer = Issuer,
                Audience = Audience,
                IssuedAt = now,
                NotBefore = now,
                Expires = now.AddHours(6),
                Claims = new Dictionary<string, object>
                {
                    ["sub"] = client,
                    ["client_id"] = client,
                    ["jti"] = id,
                    ["scope"] = "system/*.rs",
                },
                SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key) { KeyId = "fleet" }, SecurityAlgorithms.EcdsaSha256),
            }
        );
        return new FleetToken(text, id, Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(text))));
    }

    public void Dispose() => _key.Dispose();
}

/// <summary>A token with what it can be revoked by.</summary>
internal sealed record FleetToken(string Text, string Id, string Hash);
