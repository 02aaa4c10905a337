using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Upstream.Credentials;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Gateway.Upstream;

/// <summary>The gateway's own token for an upstream: asked for in each of the three ways, and taken only where it can be read in one way.</summary>
public sealed class TokenCredentialTests : IDisposable
{
    private const string Endpoint = "https://auth.ehr.example/token";
    private const string Good = """{"access_token":"abc.def","token_type":"bearer","expires_in":300}""";

    private readonly string _secret = Path.GetTempFileName();
    private readonly ManualClock _clock = new();
    private readonly Server _server = new();
    private readonly HttpClient _client;

    public TokenCredentialTests()
    {
        File.WriteAllText(_secret, "s e+cret&\n");
        _client = new HttpClient(_server) { MaxResponseContentBufferSize = TokenCredential.MostBytes };
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        File.Delete(_secret);
    }

    [Fact]
    public async Task MakeAsync_SecretInTheHeader_IsEncodedBeforeItIsJoined()
    {
        var made = await MakeAsync(Options());

        Assert.Equal(new MadeCredential("Bearer abc.def", TimeSpan.FromSeconds(300)), made);
        var (header, form) = _server.Asked.Single();
        Assert.Equal("Basic " + Convert.ToBase64String("gateway:s+e%2Bcret%26"u8), header);
        Assert.Equal(
            ("client_credentials", "system/*.rs", "https://fhir.ehr.example"),
            (form["grant_type"], form["scope"], form["resource"])
        );
        Assert.DoesNotContain("client_secret", form.Keys);
    }

    [Fact]
    public async Task MakeAsync_SecretInTheForm_StandsThereAlone()
    {
        await MakeAsync(Options(static options => options.Authentication = "client_secret_post"));

        var (header, form) = _server.Asked.Single();
        Assert.Null(header);
        Assert.Equal(("gateway", "s e+cret&"), (form["client_id"], form["client_secret"]));
    }

    [Theory]
    [InlineData("P-384", null, "ES384")]
    [InlineData("P-256", null, "ES256")]
    [InlineData("RSA", null, "RS384")]
    [InlineData("RSA", "PS384", "PS384")]
    public async Task MakeAsync_PrivateKey_SignsAnAssertionOfItsOwnEachTime(string kind, string? algorithm, string expected)
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(kind == "P-256" ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);
        await File.WriteAllTextAsync(_secret, kind == "RSA" ? rsa.ExportPkcs8PrivateKeyPem() : ec.ExportPkcs8PrivateKeyPem());
        var options = Options(one => (one.Authentication, one.KeyId, one.Algorithm) = ("private_key_jwt", "gw-1", algorithm));

        await MakeAsync(options);
        await MakeAsync(options);

        var assertions = _server.Asked.Select(static asked => asked.Form["client_assertion"].Split('.')).ToList();
        Assert.All(
            assertions,
            parts =>
            {
                using var head = JsonDocument.Parse(Base64UrlTextEncoder.Decode(parts[0]));
                using var claims = JsonDocument.Parse(Base64UrlTextEncoder.Decode(parts[1]));
                Assert.Equal((expected, "gw-1"), (Text(head, "alg"), Text(head, "kid")));
                Assert.Equal(("gateway", "gateway", Endpoint), (Text(claims, "iss"), Text(claims, "sub"), Text(claims, "aud")));
                var left = claims.RootElement.GetProperty("exp").GetInt64() - _clock.GetUtcNow().ToUnixTimeSeconds();
                Assert.InRange(left, 1, 300);
                var (input, signature) = (Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64UrlTextEncoder.Decode(parts[2]));
                var hash = expected.EndsWith("384", StringComparison.Ordinal) ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
                var padding = expected[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
                Assert.True(kind == "RSA" ? rsa.VerifyData(input, signature, hash, padding) : ec.VerifyData(input, signature, hash));
            }
        );
        Assert.NotEqual(assertions[0][1], assertions[1][1]);
    }

    [Theory]
    [InlineData("RSA", "ES384")]
    [InlineData("P-384", "RS384")]
    [InlineData("P-384", "ES256")]
    [InlineData("none", null)]
    public async Task MakeAsync_KeyThatIsNotOfTheAlgorithm_AsksNobody(string kind, string? algorithm)
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        await File.WriteAllTextAsync(
            _secret,
            kind switch
            {
                "RSA" => rsa.ExportPkcs8PrivateKeyPem(),
                "P-384" => ec.ExportPkcs8PrivateKeyPem(),
                _ => ec.ExportSubjectPublicKeyInfoPem(),
            }
        );
        var options = Options(one => (one.Authentication, one.KeyId, one.Algorithm) = ("private_key_jwt", "gw-1", algorithm));

        await Assert.ThrowsAsync<CredentialException>(() => MakeAsync(options));

        Assert.Empty(_server.Asked);
    }

    [Theory]
    [InlineData("""{"access_token":"abc","token_type":"DPoP","expires_in":300}""")]
    [InlineData("""{"access_token":"abc","expires_in":300}""")]
    [InlineData("""{"access_token":"abc","access_token":"def","token_type":"Bearer","expires_in":300}""")]
    [InlineData("""{"access_token":"a\r\nX: 1","token_type":"Bearer","expires_in":300}""")]
    [InlineData("""{"access_token":"","token_type":"Bearer","expires_in":300}""")]
    [InlineData("""{"access_token":7,"token_type":"Bearer","expires_in":300}""")]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":0}""")]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":"soon"}""")]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":"-300"}""")]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":null}""")]
    [InlineData("""["abc"]""")]
    [InlineData("<html>")]
    [InlineData("")]
    public async Task MakeAsync_AnswerThatIsNoToken_IsNotTaken(string answer)
    {
        _server.Answer = (HttpStatusCode.OK, answer);

        await Assert.ThrowsAsync<CredentialException>(() => MakeAsync(Options()));
    }

    [Fact]
    public async Task MakeAsync_LifeAsText_IsTaken()
    {
        _server.Answer = (HttpStatusCode.OK, """{"access_token":"abc","token_type":"Bearer","expires_in":"300"}""");

        Assert.Equal(TimeSpan.FromSeconds(300), (await MakeAsync(Options())).Life);
    }

    [Fact]
    public async Task MakeAsync_NoLifeSaid_IsAskedForAnewSoon()
    {
        _server.Answer = (HttpStatusCode.OK, """{"access_token":"abc","token_type":"Bearer"}""");

        Assert.Equal(TimeSpan.FromSeconds(60), (await MakeAsync(Options())).Life);
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_client","error_description":"s e+cret&"}""", "the token endpoint answered 400 (invalid_client)")]
    [InlineData(401, """{"error":"Secret s e+cret& is wrong"}""", "the token endpoint answered 401")]
    [InlineData(302, "{}", "the token endpoint answered 302")]
    [InlineData(500, "s e+cret&", "the token endpoint answered 500, and nothing that can be read in one way")]
    public async Task MakeAsync_Refused_SaysTheWordAndNothingElse(int status, string answer, string problem)
    {
        _server.Answer = ((HttpStatusCode)status, answer);

        var fault = await Assert.ThrowsAsync<CredentialException>(() => MakeAsync(Options()));

        Assert.Equal(problem, fault.Message);
    }

    [Fact]
    public async Task MakeAsync_AnswerWithoutEnd_IsNotRead()
    {
        _server.Answer = (HttpStatusCode.OK, new string(' ', TokenCredential.MostBytes) + Good);

        await Assert.ThrowsAsync<CredentialException>(() => MakeAsync(Options()));
    }

    private static string? Text(JsonDocument document, string name) => document.RootElement.GetProperty(name).GetString();

    private async Task<MadeCredential> MakeAsync(BackendCredentialOptions options) =>
        await new TokenCredential(options, new SecretSource(options), _client, _clock).MakeAsync(CancellationToken.None);

    private BackendCredentialOptions Options(Action<BackendCredentialOptions>? change = null)
    {
        var options = new BackendCredentialOptions
        {
            Name = "ehr",
            Kind = "ClientCredentials",
            Secret = "file:" + _secret,
            TokenEndpoint = Endpoint,
            ClientId = "gateway",
            Scope = "system/*.rs",
            Resource = "https://fhir.ehr.example",
        };
        change?.Invoke(options);
        return options;
    }

    /// <summary>An authorization server that answers as it is told.</summary>
    private sealed class Server : HttpMessageHandler
    {
        public (HttpStatusCode Status, string Body) Answer { get; set; } = (HttpStatusCode.OK, Good);

        public ConcurrentQueue<(string? Header, IReadOnlyDictionary<string, string> Form)> Asked { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var form = QueryHelpers.ParseQuery(await request.Content!.ReadAsStringAsync(cancellationToken));
            Asked.Enqueue(
                (request.Headers.Authorization?.ToString(), form.ToDictionary(static one => one.Key, static one => one.Value.ToString()))
            );
            return new HttpResponseMessage(Answer.Status) { Content = new StringContent(Answer.Body, Encoding.UTF8, "application/json") };
        }
    }
}
