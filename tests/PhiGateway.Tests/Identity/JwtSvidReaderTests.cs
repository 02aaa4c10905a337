using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using PhiGateway.Identity;
using PhiGateway.Identity.Tokens;
using PhiGateway.Identity.Workloads;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>
/// A workload's token is of whom its own trust domain says, for this gateway alone and for minutes; asked through the authenticator, as the
/// host wires it.
/// </summary>
public sealed class JwtSvidReaderTests : IDisposable
{
    private const string Feed = "spiffe://hospital.example/lab/feed";

    private readonly SigningKey _key = SigningKey.Es256("svid-1");
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-svid-").FullName;
    private readonly AdjustableClock _clock = new();
    private readonly X509Certificate2 _authority = WorkloadCertificates.Authority("hospital");

    public JwtSvidReaderTests() => Publish(_key);

    public static TheoryData<string, string?> Spoiled =>
        new()
        {
            { "sub", "\"spiffe://hospital.example\"" },
            { "sub", "\"SPIFFE://hospital.example/lab/feed\"" },
            { "sub", "\"spiffe://hospital.example/lab/../feed\"" },
            { "sub", "\"spiffe://other.example/lab/feed\"" },
            { "sub", "\"spiffe://quiet.example/lab/feed\"" },
            { "aud", null },
            { "aud", "\"https://gw.hospital.example\"" },
            { "aud", "[]" },
            { "aud", "[\"https://gw.hospital.example/fhir\",\"https://ehr.hospital.example\"]" },
            { "exp", null },
            { "exp", "\"1777636800\"" },
            { "iat", "\"now\"" },
            { "iat", "1777640000" },
            { "nbf", "1777640000" },
            { "cnf", "{\"jkt\":\"x\"}" },
            { "act", "{\"sub\":\"other\"}" },
            { "jti", "5" },
            { "jti", "\"\"" },
        };

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Authenticate_TokenOfAWorkload_IsItsIdWithoutABinding()
    {
        using var services = Services();

        var caller = await CallerAsync(services, Token());

        Assert.Equal((CredentialIdentity.Spiffe, Feed, ProofBinding.None), (caller.Issuer, caller.ClientId, caller.Binding));
        Assert.Equal(_clock.GetUtcNow().AddMinutes(5), caller.ExpiresAt);
        Assert.True(caller.PurposeFromRegistry);
        Assert.False(caller.HasPerson);
        Assert.Equal(
            Feed,
            (await CallerAsync(services, Token(static claims => claims["aud"] = new JsonArray(IdentityHost.Audience)))).ClientId
        );
        Assert.Equal(Feed, (await RecogniseAsync(services, "Bearer " + Token()))?.ClientId);
    }

    [Theory]
    [MemberData(nameof(Spoiled))]
    public async Task Authenticate_SpoiledInOneClaim_IsRefused(string claim, string? value)
    {
        using var services = Services();
        var token = Token(claims =>
        {
            if (value is null)
            {
                claims.Remove(claim);
            }
            else
            {
                claims[claim] = JsonNode.Parse(value);
            }
        });

        Assert.Equal(DenyReason.InvalidToken, await RefusalAsync(services, token));
        Assert.Null(await RecogniseAsync(services, "Bearer " + token));
    }

    [Theory]
    [InlineData("typ", "at+jwt")]
    [InlineData("kid", null)]
    [InlineData("kid", "svid-2")]
    [InlineData("alg", "none")]
    [InlineData("alg", "HS256")]
    [InlineData("alg", "ES384")]
    public async Task Authenticate_AnotherHeader_IsRefused(string name, string? value)
    {
        using var services = Services();
        var header = Header();
        header[name] = value;
        if (value is null)
        {
            header.Remove(name);
        }

        Assert.Equal(DenyReason.InvalidToken, await RefusalAsync(services, _key.Token(header.ToJsonString(), Claims().ToJsonString())));
    }

    [Fact]
    public async Task Authenticate_SignedByAnother_IsRefused()
    {
        using var services = Services();
        var thief = SigningKey.Es256("svid-1");

        Assert.Equal(DenyReason.InvalidToken, await RefusalAsync(services, thief.Token(Header().ToJsonString(), Claims().ToJsonString())));
    }

    [Fact]
    public async Task Authenticate_AlgorithmThatIsNotPinned_IsRefused()
    {
        using var services = Services(static domain => domain.JwtAlgorithms = ["RS256"]);
        using var also = Services(static domain => domain.JwtAlgorithms = ["RS256", "ES256"]);

        Assert.Equal(DenyReason.InvalidToken, await RefusalAsync(services, Token()));
        Assert.Equal(Feed, (await CallerAsync(also, Token())).ClientId);
    }

    [Theory]
    [InlineData(300, 0)]
    [InlineData(301, 1)]
    [InlineData(3600, 1)]
    [InlineData(0, 2)]
    [InlineData(-60, 2)]
    public async Task Authenticate_Lives_MinutesAtMost(int seconds, int outcome)
    {
        using var services = Services();
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        var token = Token(claims => (claims["exp"], claims["iat"]) = (now + seconds, Math.Min(now, now + seconds - 1)));
        DenyReason?[] expected = [null, DenyReason.TokenLifetimeTooLong, DenyReason.ExpiredToken];

        Assert.Equal(expected[outcome], await RefusalAsync(services, token));
    }

    [Fact]
    public async Task Authenticate_WithoutAMomentOfIssue_CountsAsOldAsItMayBe()
    {
        using var services = Services();

        var caller = await CallerAsync(services, Token(claims => claims.Remove("iat")));

        Assert.Equal(caller.ExpiresAt.AddMinutes(-5), caller.IssuedAt);
    }

    [Fact]
    public async Task Authenticate_WhereTokensAreNotTaken_IsNobodysIssuer()
    {
        using var services = Services(static domain => domain.JwtAudience = null);

        Assert.Equal(DenyReason.UnknownIssuer, await RefusalAsync(services, Token()));
    }

    [Fact]
    public async Task Authenticate_AsIfItWereBound_IsRefused()
    {
        using var services = Services();

        var result = await AuthenticateAsync(services, "DPoP " + Token());

        Assert.Equal((DenyReason.BindingFailed, "dpop:scheme"), (result.Refusal, result.Detail));
        Assert.Null(await RecogniseAsync(services, "DPoP " + Token()));
    }

    [Fact]
    public async Task Authenticate_KeysExchanged_CountFromThenOnAlsoForWhatWasKnown()
    {
        using var services = Services();
        var next = SigningKey.Es256("svid-2");
        var fresh = next.Token(Header("svid-2").ToJsonString(), Claims().ToJsonString());
        _ = await CallerAsync(services, Token());
        Assert.Equal(DenyReason.InvalidToken, await RefusalAsync(services, fresh));

        Publish(next);
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(DenyReason.InvalidToken, await RefusalAsync(services, Token()));
        Assert.Equal(Feed, (await CallerAsync(services, fresh)).ClientId);
    }

    [Fact]
    public async Task Authenticate_KeyOfAnotherUse_IsRefused()
    {
        Publish(_key, use: "sig");
        using var services = Services();

        Assert.Equal(DenyReason.InvalidToken, await RefusalAsync(services, Token()));
    }

    [Theory]
    [InlineData(true, "https://gw.hospital.example/fhir", 5, "ES256", null)]
    [InlineData(false, null, 5, "ES256", null)]
    [InlineData(false, "https://gw.hospital.example/fhir", 5, "ES256", "Bundle")]
    [InlineData(true, "", 5, "ES256", "JwtAudience")]
    [InlineData(true, "https://gw.hospital.example/fhir", 0, "ES256", "JwtLifetime")]
    [InlineData(true, "https://gw.hospital.example/fhir", 61, "ES256", "JwtLifetime")]
    [InlineData(true, "https://gw.hospital.example/fhir", 5, "HS256", "JwtAlgorithms")]
    public void Validate_Options_PointAtTheMember(bool hasKeys, string? audience, int minutes, string algorithm, string? member)
    {
        if (!hasKeys)
        {
            File.WriteAllText(Bundle("hospital"), _authority.ExportCertificatePem());
        }

        var options = Options();
        (options.TrustDomains[0].JwtAudience, options.TrustDomains[0].JwtLifetime) = (audience, TimeSpan.FromMinutes(minutes));
        options.TrustDomains[0].JwtAlgorithms = [algorithm];
        var found = new List<string>();
        options.Validate((key, _) => found.Add(key));

        Assert.Equal(member is null ? [] : [$"TrustDomains:0:{member}"], found);
    }

    // What is known is not verified, so it waits for nobody.
    [Fact]
    public async Task Authenticate_AfterManyFalseOnesInItsName_TakesWhatItKnows()
    {
        using var services = Services(falseTokens: 1);
        var known = Token();
        Assert.Equal(Feed, (await CallerAsync(services, known)).ClientId);
        var forged = SigningKey.Es256("svid-1").Token(Header().ToJsonString(), Claims().ToJsonString());
        var refusal = DenyReason.InvalidToken;
        for (var shown = 0; refusal == DenyReason.InvalidToken && shown < 1000; shown++)
        {
            refusal = await RefusalAsync(services, forged);
        }

        Assert.Equal(DenyReason.IssuerUnavailable, refusal);
        Assert.Equal(DenyReason.IssuerUnavailable, await RefusalAsync(services, Token(static claims => claims["jti"] = "new")));
        Assert.Equal(Feed, (await CallerAsync(services, known)).ClientId);
    }

    private static async Task<Caller> CallerAsync(IServiceProvider services, string token)
    {
        var result = await AuthenticateAsync(services, "Bearer " + token);
        Assert.True(result.Caller is not null, result.Detail);
        return result.Caller;
    }

    private static async Task<DenyReason?> RefusalAsync(IServiceProvider services, string token) =>
        (await AuthenticateAsync(services, "Bearer " + token)).Refusal;

    private static async Task<CallerResult> AuthenticateAsync(IServiceProvider services, StringValues authorization) =>
        await services.GetRequiredService<ICallerAuthenticator>().AuthenticateAsync(Request(services, authorization));

    private static async Task<Caller?> RecogniseAsync(IServiceProvider services, StringValues authorization) =>
        await services.GetRequiredService<ICallerAuthenticator>().RecogniseAsync(Request(services, authorization));

    private static DefaultHttpContext Request(IServiceProvider services, StringValues authorization)
    {
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Headers.Authorization = authorization;
        return context;
    }

    private ServiceProvider Services(Action<TrustDomainOptions>? change = null, int? falseTokens = null)
    {
        var options = Options();
        change?.Invoke(options.TrustDomains[0]);
        var issuers = Path.Combine(_folder, "issuer.json");
        File.WriteAllText(issuers, SigningKey.Jwks([SigningKey.Es256("k1")]));
        return new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(_clock)
            .AddPhiGatewayIdentity(
                [
                    new()
                    {
                        Name = "idp",
                        Issuer = "https://idp.example",
                        Audience = IdentityHost.Audience,
                        Algorithms = ["ES256"],
                        Environment = "production",
                        Jwks = issuers,
                    },
                ],
                static _ => ScopeSet.Empty,
                workloads: (options, "production"),
                falseTokens: falseTokens
            )
            .BuildServiceProvider();
    }

    private SpiffeOptions Options()
    {
        File.WriteAllText(Bundle("quiet"), _authority.ExportCertificatePem());
        return new SpiffeOptions
        {
            TrustDomains =
            [
                new TrustDomainOptions
                {
                    Name = "hospital.example",
                    Bundle = Bundle("hospital"),
                    JwtAudience = IdentityHost.Audience,
                },
                new TrustDomainOptions { Name = "quiet.example", Bundle = Bundle("quiet") },
            ],
        };
    }

    private string Bundle(string name) => Path.Combine(_folder, name);

    private void Publish(SigningKey key, string use = "jwt-svid")
    {
        var jwk = key.PublicJwk();
        jwk["use"] = use;
        jwk.Remove("alg");
        var authority = new JsonObject
        {
            ["use"] = "x509-svid",
            ["kty"] = "EC",
            ["x5c"] = new JsonArray(Convert.ToBase64String(_authority.RawData)),
        };
        File.WriteAllText(Bundle("hospital"), new JsonObject { ["keys"] = new JsonArray(authority, jwk) }.ToJsonString());
    }

    private string Token(Action<JsonObject>? change = null)
    {
        var claims = Claims();
        change?.Invoke(claims);
        return _key.Token(Header().ToJsonString(), claims.ToJsonString());
    }

    private static JsonObject Header(string kid = "svid-1") =>
        new()
        {
            ["alg"] = "ES256",
            ["kid"] = kid,
            ["typ"] = "JWT",
        };

    private JsonObject Claims()
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        return new JsonObject
        {
            ["sub"] = Feed,
            ["aud"] = IdentityHost.Audience,
            ["iat"] = now,
            ["exp"] = now + 300,
        };
    }
}
