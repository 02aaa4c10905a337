using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.TokenService.Configuration;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>A software statement says who signed it, by a certificate, and everything else it says is still a stranger's word.</summary>
public sealed class SoftwareStatementTests : IDisposable
{
    private const string Name = "https://acme.example/fhir";

    private readonly X509Certificate2 _authority = UdapCertificates.Authority();
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-udap-").FullName;

    public SoftwareStatementTests() => _certificate = CertificateOf(Name);

    public void Dispose()
    {
        _authority.Dispose();
        _certificate.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Register_ByAStatementOfTheCommunity_IsKeptWithItsKeyAndWhoSignedIt()
    {
        using var world = World(authorities: true);
        var statement = Statement(world);

        var reply = await world.RegisterAsync(BodyOf(statement));

        Assert.True(reply.Status == 201, reply.Json?.ToJsonString() + world.Journal.Records[^1].Rule);
        Assert.Equal(statement, (string)reply.Json!["software_statement"]!);
        var words = Assert.Single(world.Strangers.All).Words;
        Assert.Equal((Name, true, "software-statement"), (words.SignedBy, words.IsVouched, words.Form));
        Assert.Equal(Base64Url.EncodeToString(_key.ExportParameters(false).Modulus), Assert.Single(words.Keys).N);
    }

    [Fact]
    public async Task Register_ByAStatementOfNobodysAuthority_IsRefusedWhereThereAreSome_ElseShownAsSuch()
    {
        using var stranger = UdapCertificates.Authority();
        using var certificate = CertificateOf(Name, stranger);
        using var strict = World(authorities: true);
        Assert.Equal(
            "unapproved_software_statement",
            (await strict.RegisterAsync(BodyOf(Statement(strict, certificate: certificate)))).Error
        );
        Assert.Empty(strict.Strangers.All);

        using var open = World(authorities: false);
        Assert.Equal(201, (await open.RegisterAsync(BodyOf(Statement(open, certificate: certificate)))).Status);
        Assert.False(Assert.Single(open.Strangers.All).Words.IsVouched);
    }

    [Theory]
    [InlineData("iss", "\"https://other.example/fhir\"", "statement:sub")]
    [InlineData("sub", "\"https://other.example/fhir\"", "statement:sub")]
    [InlineData("aud", "\"https://auth.hospital.example/token\"", "statement:aud")]
    [InlineData("aud", "[\"https://auth.hospital.example/register\",\"https://other.example\"]", "statement:aud")]
    [InlineData("exp", "1", "statement:exp")]
    [InlineData("exp", "99999999999", "statement:exp")]
    [InlineData("iat", "null", "statement:iat")]
    [InlineData("jti", "null", "statement:jti")]
    [InlineData("client_name", "7", "metadata:client_name")]
    [InlineData("jwks_uri", "\"https://acme.example/jwks\"", "metadata:jwks")]
    public async Task Register_ByAStatementThatSaysSomethingElse_IsRefused(string claim, string value, string rule)
    {
        using var world = World(authorities: true);

        var reply = await world.RegisterAsync(BodyOf(Statement(world, claims => claims[claim] = JsonNode.Parse(value))));

        Assert.Equal(400, reply.Status);
        Assert.Equal(rule, world.Journal.Records[^1].Rule);
        Assert.Empty(world.Strangers.All);
    }

    [Fact]
    public async Task Register_ByAStatementOfAnotherKeyOrName_IsRefused()
    {
        using var world = World(authorities: true);
        using var other = RSA.Create(2048);
        Assert.Equal("invalid_software_statement", (await world.RegisterAsync(BodyOf(Statement(world, key: other)))).Error);
        Assert.Equal("statement:signature", world.Journal.Records[^1].Rule);

        using var unnamed = CertificateOf("https://acme.example/other");
        Assert.Equal("invalid_software_statement", (await world.RegisterAsync(BodyOf(Statement(world, certificate: unnamed)))).Error);
        Assert.Equal("statement:certificate", world.Journal.Records[^1].Rule);

        using var over = CertificateOf(Name, hours: 0.1);
        Assert.Equal("invalid_software_statement", (await world.RegisterAsync(BodyOf(Statement(world, certificate: over)))).Error);
    }

    private static string BodyOf(string statement) =>
        new JsonObject
        {
            ["software_statement"] = statement,
            ["udap"] = "1",
            ["certifications"] = new JsonArray(),
        }.ToJsonString();

    private TokenWorld World(bool authorities)
    {
        var file = Path.Combine(_folder, "community.pem");
        File.WriteAllText(file, _authority.ExportCertificatePem());
        return new TokenWorld(registration: new RegistrationOptions { Enabled = true, Authorities = authorities ? file : null });
    }

    private X509Certificate2 CertificateOf(string uri, X509Certificate2? authority = null, double hours = 2)
    {
        var request = new CertificateRequest("CN=acme", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(uri));
        request.CertificateExtensions.Add(names.Build());
        var from = new DateTimeOffset(2026, 5, 1, 11, 30, 0, TimeSpan.Zero);
        return request.Create(authority ?? _authority, from, from.AddHours(hours), RandomNumberGenerator.GetBytes(12));
    }

    private string Statement(TokenWorld world, Action<JsonObject>? spoil = null, X509Certificate2? certificate = null, RSA? key = null)
    {
        var now = world.Clock.GetUtcNow().ToUnixTimeSeconds();
        var header = new JsonObject
        {
            ["alg"] = "RS256",
            ["x5c"] = new JsonArray(Convert.ToBase64String((certificate ?? _certificate).RawData)),
        };
        var claims = new JsonObject
        {
            ["iss"] = Name,
            ["sub"] = Name,
            ["aud"] = TokenWorld.Issuer + "/register",
            ["exp"] = now + 240,
            ["iat"] = now,
            ["jti"] = "one",
            ["client_name"] = "Acme Connector",
            ["contacts"] = new JsonArray("mailto:ops@acme.example"),
            ["grant_types"] = new JsonArray("client_credentials"),
            ["response_types"] = new JsonArray(),
            ["token_endpoint_auth_method"] = "private_key_jwt",
            ["scope"] = "system/Observation.rs",
        };
        spoil?.Invoke(claims);
        var input = $"{Encode(header)}.{Encode(claims)}";
        var signature = (key ?? _key).SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{input}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
