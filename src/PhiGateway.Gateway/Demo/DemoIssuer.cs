using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace PhiGateway.Gateway.Demo;

/// <summary>Signs the demonstration's tokens (RFC 9068, ES256) with a key made at start and kept nowhere.</summary>
internal sealed class DemoIssuer : IDisposable
{
    /// <summary>The issuer's name in the registry and its <c>iss</c>.</summary>
    public const string Name = "demo-idp";

    public const string Issuer = "http://127.0.0.1/demo-idp";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsaSecurityKey _signing;

    public DemoIssuer() => _signing = new ECDsaSecurityKey(_key) { KeyId = "demo-1" };

    /// <summary>The public key set.</summary>
    public string Jwks()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y));
        return $$"""{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"demo-1","x":"{{x}}","y":"{{y}}"}]}""";
    }

    /// <summary>A token for one client, good for twelve hours.</summary>
    public string Issue(string clientId, string scope, string purpose, string audience, DateTimeOffset now) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                TokenType = "at+jwt",
                Issuer = Issuer,
                Audience = audience,
                IssuedAt = now.UtcDateTime,
                Expires = now.AddHours(12).UtcDateTime,
                Claims = new Dictionary<string, object>
                {
                    ["sub"] = clientId,
                    ["client_id"] = clientId,
                    ["jti"] = Guid.CreateVersion7(now).ToString(),
                    ["scope"] = scope,
                    ["purpose_of_use"] = purpose,
                },
                SigningCredentials = new SigningCredentials(_signing, SecurityAlgorithms.EcdsaSha256),
            }
        );

    public void Dispose() => _key.Dispose();
}
