using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Identity.Workloads;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>A base signs where its tokens are given by a certificate that names it, and by no other.</summary>
public sealed class UdapStatementsTests : IDisposable
{
    private const string Base = "https://gw.hospital.example/fhir";
    private const string Endpoint = "https://auth.hospital.example/token";

    private readonly ManualClock _clock = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-udap-").FullName;
    private readonly X509Certificate2 _authority = UdapCertificates.Authority();

    private string Certificate => Path.Combine(_folder, "udap.pem");

    private string Key => Path.Combine(_folder, "udap.key");

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Find_OfABaseThatTheCertificateNames_IsItsSignedStatement()
    {
        UdapCertificates.Write(_authority, Certificate, Key, Base);
        var statement = new UdapStatements(Certificate, "file:" + Key, _clock).Find(Base, Endpoint)!;

        var token = new JsonWebToken(statement);
        var chain = JsonNode.Parse(Base64UrlEncoder.Decode(token.EncodedHeader))!["x5c"]!.AsArray();
        using var leaf = X509CertificateLoader.LoadCertificate(Convert.FromBase64String((string)chain[0]!));
        Assert.Equal(_authority.RawData, Convert.FromBase64String((string)chain[1]!));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(
            statement,
            new TokenValidationParameters
            {
                ValidIssuer = Base,
                ValidateAudience = false,
                ValidateLifetime = false,
                ValidAlgorithms = ["RS256"],
                IssuerSigningKey = new X509SecurityKey(leaf),
            }
        );
        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal((Base, Endpoint), (token.Subject, token.GetPayloadValue<string>("token_endpoint")));
        Assert.Equal(_clock.GetUtcNow().UtcDateTime, token.IssuedAt);
        Assert.Equal(TimeSpan.FromHours(1.5), token.ValidTo - token.IssuedAt);
        Assert.NotEmpty(token.Id);
    }

    [Fact]
    public void Find_OfAnotherBaseOrOutOfTime_IsNone()
    {
        UdapCertificates.Write(_authority, Certificate, Key, Base);
        var statements = new UdapStatements(Certificate, "file:" + Key, _clock);

        Assert.NotNull(statements.Find(Base, Endpoint));
        Assert.Null(statements.Find(Base + "/", Endpoint));
        Assert.Null(statements.Find("https://other.example/fhir", Endpoint));
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Null(statements.Find(Base, Endpoint));
    }

    [Fact]
    public void Find_AfterTheCertificateWasRenewed_IsByTheNewOne()
    {
        UdapCertificates.Write(_authority, Certificate, Key, Base);
        var statements = new UdapStatements(Certificate, "file:" + Key, _clock);
        var first = statements.Find(Base, Endpoint);
        Assert.Equal(first, statements.Find(Base, Endpoint));
        UdapCertificates.Write(_authority, Certificate, Key, Base, hours: 9);
        _clock.Advance(TimeSpan.FromHours(2));

        var next = statements.Find(Base, Endpoint);
        Assert.NotNull(next);
        Assert.NotEqual(new JsonWebToken(first).Id, new JsonWebToken(next).Id);
    }

    [Theory]
    [InlineData("good", true)]
    [InlineData("another key", false)]
    [InlineData("a weak key", false)]
    [InlineData("no names", false)]
    [InlineData("no certificate", false)]
    [InlineData("no key", false)]
    [InlineData("an authority", false)]
    public void FindFlaw_OfWhatCannotSign_IsSaidInWords(string what, bool isGood)
    {
        UdapCertificates.Write(_authority, Certificate, Key, Base);
        switch (what)
        {
            case "another key":
                using (var other = RSA.Create(2048))
                {
                    File.WriteAllText(Key, other.ExportPkcs8PrivateKeyPem());
                }

                break;
            case "a weak key":
                UdapCertificates.Write(_authority, Certificate, Key, Base, bits: 1024);
                break;
            case "no names":
                UdapCertificates.Write(_authority, Certificate, Key, null);
                break;
            case "no certificate":
                File.WriteAllText(Certificate, "none");
                break;
            case "no key":
                File.Delete(Key);
                break;
            case "an authority":
                File.WriteAllText(Certificate, _authority.ExportCertificatePem());
                break;
        }

        var flaw = UdapStatements.FindFlaw(Certificate, "file:" + Key);
        Assert.Equal(isGood, flaw is null);
        Assert.NotEqual(string.Empty, flaw);
    }
}
