using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>Opaque tokens: asked about at their issuer, over a real socket.</summary>
public sealed class IntrospectionTests : IAsyncLifetime
{
    private const string Token = "opaque-Zm9yIHRlc3Rz";

    private readonly SigningKey _key = SigningKey.Es256("idp-1");
    private readonly string _secret = Path.GetTempFileName();
    private LoopbackIssuer _issuer = null!;
    private IdentityHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_secret, "secret+of/the gateway");
        _issuer = await LoopbackIssuer.StartAsync([_key]);
        Open();
        _issuer.Introspection = Answer().ToJsonString();
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await _issuer.DisposeAsync();
        File.Delete(_secret);
    }

    [Fact]
    public async Task Authenticate_ActiveToken_GivesTheCallerAndAsksOnceForAWhile()
    {
        var first = await AskAsync();
        var second = await AskAsync();

        Assert.Null(first.Refusal);
        Assert.Equal(("lab", "lab", "loopback-idp"), (first.Caller!.ClientId, first.Caller.Subject, first.Caller.Issuer));
        Assert.Equal("TREAT", Assert.Single(first.Caller.Purposes).Code);
        Assert.Equal(TokenKey.Of(Token).ToString(), first.Caller.TokenHash);
        Assert.Same(first.Caller, second.Caller);
        Assert.Equal(1, _issuer.Introspections);
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("gateway:secret%2Bof%2Fthe%20gateway")), _issuer.AskedBy);
        Assert.Equal($"token={Token}&token_type_hint=access_token", _issuer.Asked);

        _host.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.NotNull((await AskAsync()).Caller);
        Assert.Equal(2, _issuer.Introspections);
        _issuer.Introspection = """{"active":false}""";
        _host.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Same(DenyReason.InvalidToken, (await AskAsync()).Refusal);
    }

    [Fact]
    public async Task Authenticate_AfterItsIssuersKeysWerePurged_IsAskedAboutAnew()
    {
        Assert.NotNull((await AskAsync()).Caller);
        _issuer.Introspection = """{"active":false}""";
        Assert.NotNull((await AskAsync()).Caller);

        Assert.True(await _host.Authenticator.PurgeAsync("loopback-idp"));
        Assert.Same(DenyReason.InvalidToken, (await AskAsync()).Refusal);
        Assert.Equal(2, _issuer.Introspections);
    }

    [Fact]
    public async Task Authenticate_TokenThatIsNotActive_IsRefusedAndNotAskedAboutAgainAtOnce()
    {
        _issuer.Introspection = """{"active":false}""";

        Assert.Same(DenyReason.InvalidToken, (await AskAsync()).Refusal);
        Assert.Same(DenyReason.InvalidToken, (await AskAsync()).Refusal);
        Assert.Equal(1, _issuer.Introspections);

        _issuer.Introspection = Answer().ToJsonString();
        _host.Clock.Advance(RecentTokens.Refused * 2);
        Assert.NotNull((await AskAsync()).Caller);
    }

    [Theory]
    [InlineData("active", "\"true\"")]
    [InlineData("active", "1")]
    [InlineData("active", null)]
    [InlineData("iss", "\"https://other.example\"")]
    [InlineData("aud", "\"https://other.example/fhir\"")]
    [InlineData("aud", "[]")]
    [InlineData("aud", null)]
    [InlineData("exp", "0")]
    [InlineData("exp", null)]
    [InlineData("client_id", null)]
    [InlineData("client_id", "7")]
    [InlineData("scope", "{}")]
    [InlineData("iat", "null")]
    [InlineData("token_type", "\"refresh_token\"")]
    [InlineData("token_use", "\"refresh_token\"")]
    [InlineData("token_use", "\"id\"")]
    [InlineData("typ", "\"Refresh\"")]
    [InlineData("typ", "\"ID\"")]
    public async Task Authenticate_AnswerWrong_RefusesTheToken(string member, string? json)
    {
        var answer = Answer();
        answer[member] = json is null ? null : JsonNode.Parse(json);
        if (json is null)
        {
            answer.Remove(member);
        }

        _issuer.Introspection = answer.ToJsonString();

        Assert.Contains((await AskAsync()).Refusal, new[] { DenyReason.InvalidToken, DenyReason.ExpiredToken });
        Assert.Equal(0, _host.Cache.Count);
    }

    [Theory]
    [InlineData("", 200)]
    [InlineData("not json", 200)]
    [InlineData("""{"active":true,"active":false}""", 200)]
    [InlineData("{}", 302)]
    [InlineData("{}", 401)]
    [InlineData("{}", 500)]
    public async Task Authenticate_AnswerThatIsNone_IsUnavailableAndNotRemembered(string body, int status)
    {
        _issuer.Introspection = body;
        _issuer.Status = status;
        Assert.Same(DenyReason.IssuerUnavailable, (await AskAsync()).Refusal);

        _issuer.Introspection = Answer().ToJsonString();
        _issuer.Status = 200;
        Assert.NotNull((await AskAsync()).Caller);
    }

    [Fact]
    public async Task Authenticate_AnswerTooLarge_IsUnavailable()
    {
        var answer = Answer();
        answer["padding"] = new string('x', 70_000);
        _issuer.Introspection = answer.ToJsonString();

        Assert.Same(DenyReason.IssuerUnavailable, (await AskAsync()).Refusal);
    }

    [Fact]
    public async Task Authenticate_JwtOfAnyIssuer_IsNeverShownToThisOne()
    {
        var foreign = SigningKey.Es256("foreign");
        Assert.Same(DenyReason.UnknownIssuer, (await _host.BearerAsync(_host.Recipe(foreign, "https://stranger.example"))).Refusal);
        Assert.Same(DenyReason.InvalidToken, (await _host.BearerAsync(_host.Recipe(foreign))).Refusal);
        Assert.NotNull((await _host.BearerAsync(_host.Recipe())).Caller);

        Assert.Equal(0, _issuer.Introspections);
    }

    [Fact]
    public async Task Authenticate_JwtThatCannotBeReadInOneWay_IsNotShownAsIfItWasOpaque()
    {
        var good = _host.Recipe().Sign();
        // The lowest bits of the last character are no part of the signature.
        string[] texts = [good[..^1] + (char)(good[^1] + 1), _host.Recipe().SetHeader("crit", "x").Sign()];

        foreach (var text in texts)
        {
            Assert.Same(DenyReason.InvalidToken, (await _host.AuthenticateAsync("Bearer " + text)).Refusal);
        }

        Assert.Equal(0, _issuer.Introspections);
        Assert.NotNull((await _host.AuthenticateAsync("Bearer opaque.with.dots")).Caller);
    }

    [Theory]
    [InlineData("token_type", "\"Bearer\"")]
    [InlineData("token_type", "null")]
    [InlineData("token_use", "\"access_token\"")]
    [InlineData("typ", "\"Bearer\"")]
    public async Task Authenticate_AnswerThatSaysWhatSortItIs_GivesTheCallerOfAnAccessToken(string member, string json)
    {
        var answer = Answer();
        answer[member] = JsonNode.Parse(json);
        _issuer.Introspection = answer.ToJsonString();

        Assert.NotNull((await AskAsync()).Caller);
    }

    [Theory]
    [InlineData(300, null)]
    [InlineData(400, "token-lifetime-too-long")]
    public async Task Authenticate_AnswerWithoutAMomentOfIssue_CountsAsOldAsItMayBe(int seconds, string? refusal)
    {
        var answer = Answer();
        answer.Remove("iat");
        answer["exp"] = _host.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds;
        _issuer.Introspection = answer.ToJsonString();

        var result = await AskAsync();

        Assert.Equal(refusal, result.Refusal?.Code);
        Assert.True(result.Caller is null || result.Caller.ExpiresAt - result.Caller.IssuedAt == TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Authenticate_AnswerThatSaysBoundAndNotToWhat_RefusesBindingFailed()
    {
        var answer = Answer();
        answer["token_type"] = "DPoP";
        _issuer.Introspection = answer.ToJsonString();
        Assert.Same(DenyReason.BindingFailed, (await AskAsync()).Refusal);

        // To a key: then its proof is asked for.
        _host.Clock.Advance(RecentTokens.Refused * 2);
        answer["cnf"] = new JsonObject { ["jkt"] = ProofRecipe.ThumbprintOf(_key) };
        _issuer.Introspection = answer.ToJsonString();
        Assert.Same(DenyReason.DpopProofInvalid, (await _host.AuthenticateAsync("DPoP " + Token)).Refusal);
    }

    [Fact]
    public async Task Authenticate_ActiveTokenThatIsOfNoUseHere_IsNotAskedAboutAgainAtOnce()
    {
        var answer = Answer();
        answer["exp"] = _host.Clock.GetUtcNow().ToUnixTimeSeconds() + 4000;
        _issuer.Introspection = answer.ToJsonString();

        Assert.Same(DenyReason.TokenLifetimeTooLong, (await AskAsync()).Refusal);
        Assert.Same(DenyReason.InvalidToken, (await AskAsync()).Refusal);
        Assert.Equal(1, _issuer.Introspections);

        _host.Clock.Advance(RecentTokens.Refused * 2);
        _issuer.Introspection = Answer().ToJsonString();
        Assert.NotNull((await AskAsync()).Caller);
    }

    [Fact]
    public async Task Authenticate_TokenWithAnotherPrefix_IsNeverShownToThisOne()
    {
        Open(static options => options.Prefix = "opaque-");

        Assert.Same(DenyReason.InvalidToken, (await _host.AuthenticateAsync("Bearer another-Zm9yIHRlc3Rz")).Refusal);
        Assert.Equal(0, _issuer.Introspections);
        Assert.NotNull((await AskAsync()).Caller);
    }

    // A JWT is ASCII, whatever character set is said.
    [Theory]
    [InlineData("application/token-introspection+jwt")]
    [InlineData("application/token-introspection+jwt; charset=none-such")]
    public async Task Authenticate_SignedAnswer_CountsAsItsIssuersAndForUsOnly(string type)
    {
        Open(static options => options.Signed = true);
        _issuer.IntrospectionType = type;
        _issuer.Introspection = Signed(_key);
        Assert.NotNull((await AskAsync()).Caller);

        await NotAsync(Signed(SigningKey.Es256("idp-1")));
        await NotAsync(Signed(_key, type: "at+jwt"));
        await NotAsync(Signed(_key, audience: "somebody"));
        await NotAsync(Signed(_key, issuer: "https://other.example"));
        await NotAsync(Answer().ToJsonString());
        _issuer.IntrospectionType = "application/json";
        await NotAsync(Answer().ToJsonString());
    }

    // RFC 7515 section 4.1.9: the part in front of the slash may stand there.
    [Fact]
    public async Task Authenticate_SignedAnswerWithItsWholeType_Counts()
    {
        Open(static options => options.Signed = true);
        _issuer.IntrospectionType = "application/token-introspection+jwt";
        _issuer.Introspection = Signed(_key, type: "application/token-introspection+jwt");

        Assert.NotNull((await AskAsync()).Caller);
    }

    [Theory]
    [InlineData(-31, true)]
    [InlineData(89, true)]
    [InlineData(-91, false)]
    [InlineData(91, false)]
    public async Task Authenticate_SignedAnswerOfAnotherMoment_IsNoAnswer(int seconds, bool counts)
    {
        Open(static options => options.Signed = true);
        _issuer.IntrospectionType = "application/token-introspection+jwt";
        _issuer.Introspection = Signed(_key, age: seconds);

        Assert.Equal(counts, (await AskAsync()).Caller is not null);
    }

    [Fact]
    public async Task Authenticate_RandomlySpoiledSignedAnswers_GiveNobody()
    {
        Open(static options => options.Signed = true);
        _issuer.IntrospectionType = "application/token-introspection+jwt";
        var (good, random) = (Signed(_key), new Random(7523));
        for (var turn = 0; turn < 200; turn++)
        {
            var text = good.ToCharArray();
            var place = random.Next(text.Length);
            text[place] = text[place] == 'A' ? 'B' : 'A';
            _issuer.Introspection = new string(text);

            Assert.Same(DenyReason.IssuerUnavailable, (await AskAsync()).Refusal);
        }

        _issuer.Introspection = good;
        Assert.NotNull((await AskAsync()).Caller);
    }

    [Fact]
    public async Task Authenticate_BoundOpaqueToken_NeedsItsProof()
    {
        var answer = Answer();
        answer["cnf"] = new JsonObject { ["jkt"] = ProofRecipe.ThumbprintOf(_key) };
        _issuer.Introspection = answer.ToJsonString();

        Assert.Same(DenyReason.BindingFailed, (await AskAsync()).Refusal);
        Assert.Same(DenyReason.DpopProofInvalid, (await _host.AuthenticateAsync("DPoP " + Token)).Refusal);
    }

    [Fact]
    public void Validate_TwoIssuersThatCannotBeToldApart_IsAProblem()
    {
        IssuerOptions Of(string name, string? prefix) =>
            new()
            {
                Name = name,
                Issuer = $"https://{name}.example",
                Audience = "a",
                Algorithms = ["ES256"],
                Environment = "production",
                Introspection = new IntrospectionOptions
                {
                    Endpoint = "https://idp.example/introspect",
                    ClientId = "gateway",
                    ClientSecret = "file:" + _secret,
                    Prefix = prefix,
                },
            };

        Assert.Single(IssuerOptionsValidator.Validate([Of("one", null), Of("two", "b")]));
        Assert.Single(IssuerOptionsValidator.Validate([Of("one", "ab"), Of("two", "a")]));
        Assert.Empty(IssuerOptionsValidator.Validate([Of("one", "a"), Of("two", "b")]));
        Assert.Empty(IssuerOptionsValidator.Validate([Of("one", null)]));
    }

    private async Task NotAsync(string answer)
    {
        _host.Clock.Advance(TimeSpan.FromMinutes(1));
        _issuer.Introspection = answer;
        Assert.Same(DenyReason.IssuerUnavailable, (await AskAsync()).Refusal);
    }

    private string Signed(
        SigningKey key,
        string type = "token-introspection+jwt",
        string audience = "gateway",
        string? issuer = null,
        int age = 0
    ) =>
        key.Token(
            $$"""{"alg":"ES256","kid":"{{key.KeyId}}","typ":"{{type}}"}""",
            new JsonObject
            {
                ["iss"] = issuer ?? _issuer.Issuer,
                ["aud"] = audience,
                ["iat"] = _host.Clock.GetUtcNow().ToUnixTimeSeconds() - age,
                ["token_introspection"] = Answer(),
            }.ToJsonString()
        );

    private JsonObject Answer() =>
        new()
        {
            ["active"] = true,
            ["iss"] = _issuer.Issuer,
            ["aud"] = IdentityHost.Audience,
            ["client_id"] = "lab",
            ["iat"] = _host.Clock.GetUtcNow().ToUnixTimeSeconds(),
            ["exp"] = _host.Clock.GetUtcNow().ToUnixTimeSeconds() + 300,
            ["scope"] = "system/Observation.rs",
            ["extensions"] = new JsonObject { ["hl7-b2b"] = new JsonObject { ["purpose_of_use"] = new JsonArray("TREAT") } },
        };

    private void Open(Action<IntrospectionOptions>? change = null)
    {
        _host?.Dispose();
        var options = _issuer.Options;
        options.Introspection = new IntrospectionOptions
        {
            Endpoint = _issuer.Issuer + "/introspect",
            ClientId = "gateway",
            ClientSecret = "file:" + _secret,
        };
        change?.Invoke(options.Introspection);
        _host = new IdentityHost(null, options);
    }

    private Task<CallerResult> AskAsync() => _host.AuthenticateAsync("Bearer " + Token);
}
