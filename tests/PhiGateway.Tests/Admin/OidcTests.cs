using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Configuration;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class OidcTests : IDisposable
{
    private const string Issuer = "https://idp.hospital.example";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string _jwks = Path.GetTempFileName();

    [Fact]
    public async Task Token_WithRoles_OpensWhatTheyOpen_AndNamesThePerson()
    {
        await using var server = await StartAsync();
        Assert.Equal(200, await GetAsync(server, Token(), "/admin/v1/clients"));
        Assert.Equal(403, await GetAsync(server, Token(), "/admin/v1/audit"));
        var answer = await server.SendAsync(
            null,
            "POST",
            "/admin/v1/organizations",
            Sample.Organization,
            ("Authorization", "Bearer " + Token())
        );
        Assert.Equal("ines@hospital.example", (string)answer.Json["meta"]!["updatedBy"]!);
    }

    [Fact]
    public async Task Token_WrongInAnyWay_Is401()
    {
        await using var server = await StartAsync();
        Assert.Equal(401, await GetAsync(server, Token(issuer: "https://evil.example"), "/admin/v1/clients"));
        Assert.Equal(401, await GetAsync(server, Token(audience: "https://gw.hospital.example/fhir"), "/admin/v1/clients"));
        Assert.Equal(401, await GetAsync(server, Token(key: _other), "/admin/v1/clients"));
        Assert.Equal(401, await GetAsync(server, Token(expires: DateTime.UnixEpoch.AddYears(50)), "/admin/v1/clients"));
        Assert.Equal(401, await GetAsync(server, Token(person: string.Empty), "/admin/v1/clients"));
        Assert.Equal(401, await GetAsync(server, Unsigned(), "/admin/v1/clients"));
        Assert.Equal(200, await GetAsync(server, Token(), "/admin/v1/clients"));
    }

    // Whoever shows false tokens has few of them looked at, which new people at the address wait for, and nobody who was there before.
    [Fact]
    public async Task Token_FromAnAddressThatShowedManyFalseOnes_WaitsUnlessItsPersonWasThere()
    {
        await using var server = await StartAsync(falseTokens: 1);
        Assert.Equal(200, await GetAsync(server, Token(), "/admin/v1/clients"));
        var forged = Token(key: _other, person: "thief@hospital.example");
        var status = 200;
        for (var shown = 0; status == 200 && shown < 1000; shown++)
        {
            Assert.NotEqual(200, await GetAsync(server, forged, "/admin/v1/clients"));
            status = await GetAsync(server, Token(person: $"new-{shown}@hospital.example"), "/admin/v1/clients");
        }

        Assert.Equal(429, status);
        Assert.Equal(200, await GetAsync(server, Token(), "/admin/v1/clients"));

        // A key is no token of an issuer.
        Assert.Equal(200, (await server.GetAsync("/admin/v1/clients")).Status);
    }

    // Names under which nobody acts: of the first key, which is above four eyes, and of the gateway itself.
    [Theory]
    [InlineData("bootstrap")]
    [InlineData(" Bootstrap")]
    [InlineData("system")]
    [InlineData("sys\u200btem")]
    public async Task Token_UnderANameThatIsNobodys_Is401(string person)
    {
        await using var server = await StartAsync();
        Assert.Equal(401, await GetAsync(server, Token(person: person), "/admin/v1/clients"));
        Assert.Equal(200, await GetAsync(server, Token(person: "system@hospital.example"), "/admin/v1/clients"));
    }

    [Fact]
    public async Task Token_RolesUnmappedOrUnknown_OpenNothing()
    {
        await using var server = await StartAsync();
        Assert.Equal(403, await GetAsync(server, Token(roles: ["operator"]), "/admin/v1/clients"));
        Assert.Equal(403, await GetAsync(server, Token(roles: []), "/admin/v1/clients"));
        Assert.Equal(200, await GetAsync(server, Token(roles: ["other", "phi-ops"]), "/admin/v1/clients"));
    }

    [Theory]
    [InlineData("http://idp.hospital.example", "a", "ES256", false)]
    [InlineData("https://idp.hospital.example", "", "ES256", false)]
    [InlineData("https://idp.hospital.example", "a", "HS256", false)]
    [InlineData("https://idp.hospital.example", "a", "none", false)]
    [InlineData("https://idp.hospital.example", "a", "PS256", true)]
    [InlineData("http://127.0.0.1:9000", "a", "ES256", true)]
    public void Options_UnsafeValues_AreFound(string issuer, string audience, string algorithm, bool good) =>
        Assert.Equal(
            good,
            new AdminOidcOptions
            {
                Issuer = issuer,
                Audience = audience,
                Algorithms = [algorithm],
            }
                .Validate()
                .Count == 0
        );

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
        File.Delete(_jwks);
    }

    private static string Unsigned() =>
        new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Issuer,
                Audience = "phi-admin",
                Expires = DateTime.UnixEpoch.AddYears(150),
                Claims = new Dictionary<string, object> { ["email"] = "x", ["roles"] = new[] { "phi-ops" } },
            }
        );

    private static async Task<int> GetAsync(AdminServer server, string token, string path) =>
        (await server.SendAsync(null, "GET", path, null, ("Authorization", "Bearer " + token))).Status;

    private async Task<AdminServer> StartAsync(int falseTokens = 20)
    {
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(
            new ECDsaSecurityKey(ECDsa.Create(_key.ExportParameters(false))) { KeyId = "k1" }
        );
        await File.WriteAllTextAsync(
            _jwks,
            new JsonObject
            {
                ["keys"] = new JsonArray(
                    new JsonObject
                    {
                        ["kty"] = "EC",
                        ["crv"] = jwk.Crv,
                        ["x"] = jwk.X,
                        ["y"] = jwk.Y,
                        ["kid"] = "k1",
                    }
                ),
            }.ToJsonString()
        );
        return await AdminServer.StartAsync(options =>
        {
            options.FalseTokensPerSecondPerPeer = falseTokens;
            options.Oidc = new AdminOidcOptions
            {
                Issuer = Issuer,
                Audience = "phi-admin",
                Algorithms = ["ES256"],
                RoleClaim = "realm_access.roles",
                NameClaim = "email",
                RoleMap = new Dictionary<string, string> { ["phi-ops"] = "operator" },
                Jwks = _jwks,
            };
        });
    }

    private string Token(
        string issuer = Issuer,
        string audience = "phi-admin",
        ECDsa? key = null,
        DateTime? expires = null,
        string person = "ines@hospital.example",
        string[]? roles = null
    ) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = issuer,
                Audience = audience,
                Expires = expires ?? DateTime.UnixEpoch.AddYears(150),
                Claims = new Dictionary<string, object>
                {
                    ["email"] = person,
                    ["realm_access"] = new Dictionary<string, object> { ["roles"] = roles ?? ["phi-ops"] },
                },
                SigningCredentials = new SigningCredentials(
                    new ECDsaSecurityKey(key ?? _key) { KeyId = "k1" },
                    SecurityAlgorithms.EcdsaSha256
                ),
            }
        );
}
