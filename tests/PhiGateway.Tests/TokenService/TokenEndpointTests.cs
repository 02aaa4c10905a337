using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Policy.Snapshot;
using PhiGateway.TokenService.Configuration;
using Xunit;

namespace PhiGateway.Tests.TokenService;

public sealed class TokenEndpointTests : IDisposable
{
    private readonly TokenWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("ES384")]
    [InlineData("RS384")]
    public async Task Token_OfAnApprovedClient_IsIssuedAndOnRecord(string algorithm)
    {
        using var world = new TokenWorld(key: algorithm == "ES384" ? SigningKey.Es384("k") : SigningKey.Rs384("k"));

        var reply = await world.AskAsync(TokenWorld.Form(world.Assertion()));

        Assert.Equal((200, "Bearer"), (reply.Status, (string)reply.Json!["token_type"]!));
        Assert.Equal("no-store", reply.Headers.CacheControl);
        Assert.Equal(120, (int)reply.Json["expires_in"]!);
        var claims = reply.Claims;
        Assert.Equal(TokenWorld.Issuer, (string)claims["iss"]!);
        Assert.Equal(TokenWorld.Audience, (string)claims["aud"]!);
        Assert.Equal("connector", (string)claims["client_id"]!);
        Assert.Equal("system/Observation.rs", (string)claims["scope"]!);
        Assert.Equal("TREAT", (string)claims["extensions"]!["hl7-b2b"]!["purpose_of_use"]![0]!);
        var record = Assert.Single(world.Journal.Records);
        Assert.Equal(("token.issue", "permit", "connector"), (record.Event, record.Decision, record.Client));
        Assert.Equal((string)claims["jti"]!, record.TokenId);
        Assert.StartsWith("key/", record.Rule, StringComparison.Ordinal);
        Assert.DoesNotContain(reply.Token, record.TokenHash + record.Note + record.After, StringComparison.Ordinal);
        var said = TokenIssue.Read(record);
        Assert.Equal((long)claims["exp"]!, said.ExpiresAt.ToUnixTimeSeconds());
        Assert.Equal((long)claims["iat"]!, said.IssuedAt.ToUnixTimeSeconds());
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(reply.Token))), said.TextHashes);
    }

    [Theory]
    [InlineData("system/*.cruds", "system/Observation.rs")]
    [InlineData("system/Observation.read", "system/Observation.rs")]
    [InlineData("system/Observation.crs system/Condition.rs", "system/Observation.rs")]
    [InlineData("system/Observation.s?category=laboratory", "system/Observation.s?category=laboratory")]
    [InlineData("openid system/Observation.r", "system/Observation.r")]
    public async Task Token_Scope_IsCutToWhatIsApproved(string asked, string granted)
    {
        var reply = await _world.AskAsync(TokenWorld.Form(_world.Assertion(), asked));

        Assert.Equal(granted, (string)reply.Json!["scope"]!);
        Assert.Equal(granted, (string)reply.Claims["scope"]!);
    }

    [Theory]
    [InlineData("system/Condition.rs")]
    [InlineData("system/Observation.cud")]
    [InlineData("patient/Observation.rs")]
    [InlineData("user/*.rs")]
    [InlineData("openid")]
    [InlineData("system/Observation.sr")]
    [InlineData("")]
    public async Task Token_NothingApprovedAskedFor_IsInvalidScope(string asked) =>
        await RefusedAsync("invalid_scope", TokenWorld.Form(_world.Assertion(), asked));

    [Theory]
    [InlineData("alg", "\"none\"")]
    [InlineData("alg", "\"HS256\"")]
    [InlineData("alg", "\"RS256\"")]
    [InlineData("alg", "\"ES256\"")]
    [InlineData("kid", null)]
    [InlineData("kid", "\"another\"")]
    [InlineData("typ", "\"at+jwt\"")]
    [InlineData("typ", "\"dpop+jwt\"")]
    [InlineData("jku", "\"https://evil.example/jwks\"")]
    [InlineData("crit", """["exp"]""")]
    public async Task Token_AssertionHeaderWrong_IsInvalidClient(string member, string? json)
    {
        var header = _world.Header();
        header[member] = json is null ? null : JsonNode.Parse(json);

        await RefusedAsync("invalid_client", TokenWorld.Form(_world.Key.Token(header.ToJsonString(), _world.Claims().ToJsonString())));
    }

    [Theory]
    [InlineData("iss", "\"somebody\"")]
    [InlineData("sub", "\"somebody\"")]
    [InlineData("sub", null)]
    [InlineData("aud", "\"https://gw.hospital.example/fhir\"")]
    [InlineData("aud", "[]")]
    [InlineData("aud", """["https://auth.hospital.example/token","https://other.example"]""")]
    [InlineData("aud", null)]
    [InlineData("exp", null)]
    [InlineData("exp", "0")]
    [InlineData("exp", "1777636799")]
    [InlineData("exp", "1777637131")]
    [InlineData("exp", "\"1777637000\"")]
    [InlineData("exp", "1e400")]
    [InlineData("nbf", "1777636900")]
    [InlineData("jti", null)]
    [InlineData("jti", "\"\"")]
    [InlineData("jti", "{}")]
    public async Task Token_AssertionClaimWrong_IsInvalidClient(string claim, string? json)
    {
        var claims = _world.Claims();
        claims.Remove(claim);
        var text = claims.ToJsonString();
        text = json is null ? text : text[..^1] + $",\"{claim}\":{json}}}";

        await RefusedAsync("invalid_client", TokenWorld.Form(_world.Key.Token(_world.Header().ToJsonString(), text)));
        Assert.Equal(200, (await _world.AskAsync(TokenWorld.Form(_world.Assertion("good")))).Status);
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("client-authentication+jwt")]
    [InlineData("application/client-authentication+jwt")]
    public async Task Token_AssertionForTheIssuer_IsTakenAsOneForTheEndpoint(string type)
    {
        var (header, claims) = (_world.Header(), _world.Claims());
        header["typ"] = type;
        claims["aud"] = new JsonArray(TokenWorld.Issuer);

        var reply = await _world.AskAsync(TokenWorld.Form(_world.Key.Token(header.ToJsonString(), claims.ToJsonString())));

        Assert.Equal(200, reply.Status);
    }

    [Fact]
    public async Task Token_AssertionOfAnotherKey_IsInvalidClient()
    {
        var thief = SigningKey.Es384("connector-1");

        await RefusedAsync("invalid_client", TokenWorld.Form(thief.Token(_world.Header().ToJsonString(), _world.Claims().ToJsonString())));
    }

    [Fact]
    public async Task Token_AssertionUsedBefore_IsInvalidClientOnEveryNode()
    {
        using var other = new TokenWorld(_world.Shared, key: _world.Key);
        var assertion = _world.Assertion();
        Assert.Equal(200, (await _world.AskAsync(TokenWorld.Form(assertion))).Status);

        await RefusedAsync("invalid_client", TokenWorld.Form(assertion), records: 1);
        Assert.Equal("invalid_client", (await other.AskAsync(TokenWorld.Form(assertion))).Error);
        Assert.Equal(200, (await other.AskAsync(TokenWorld.Form(other.Assertion("two")))).Status);
    }

    [Fact]
    public async Task Token_UsesCannotBeRemembered_IsTemporarilyUnavailable()
    {
        _world.Shared.IsAway = true;

        var reply = await _world.AskAsync(TokenWorld.Form(_world.Assertion()));

        Assert.Equal((503, "temporarily_unavailable"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Token_JournalFull_IsTemporarilyUnavailable()
    {
        _world.Journal.Room = 0;

        var reply = await _world.AskAsync(TokenWorld.Form(_world.Assertion()));

        Assert.Equal((503, "temporarily_unavailable"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Token_OfAClientWhosePathIsClosed_IsUnauthorizedClient()
    {
        var form = TokenWorld.Form(_world.Assertion());
        _world.Fill(TestRegistry.Client() with { Status = ClientStatus.Suspended }, TestRegistry.UseCase());
        await RefusedAsync("unauthorized_client", form);

        _world.Fill(TestRegistry.Client(), TestRegistry.UseCase(), TestRegistry.Revocation(RevocationTarget.Client, "connector"));
        await RefusedAsync("unauthorized_client", TokenWorld.Form(_world.Assertion("two")), records: 1);

        _world.Fill(TestRegistry.Client(), TestRegistry.UseCase(), TestRegistry.Revocation(RevocationTarget.Credential, "connector-key"));
        await RefusedAsync("invalid_client", TokenWorld.Form(_world.Assertion("three")), records: 2);

        _world.Fill(TestRegistry.Client(), TestRegistry.UseCase());
        Assert.Equal(200, (await _world.AskAsync(TokenWorld.Form(_world.Assertion("four")))).Status);
    }

    [Theory]
    [InlineData("10.1.2.3", 200)]
    [InlineData("::ffff:10.1.2.3", 200)]
    [InlineData("192.0.2.1", 400)]
    [InlineData(null, 400)]
    public async Task Token_OfAClientWithNetworks_IsIssuedInThemOnly(string? peer, int status)
    {
        using var world = new TokenWorld(client: TestRegistry.Client() with { Networks = ["10.0.0.0/8"] });

        var reply = await world.AskAsync(
            TokenWorld.Form(world.Assertion()),
            context => context.Connection.RemoteIpAddress = peer is null ? null : IPAddress.Parse(peer)
        );

        Assert.Equal(status, reply.Status);
        Assert.StartsWith(
            status == 200 ? "key/" : "wrong-network client/connector",
            world.Journal.Records[^1].Rule,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Token_OfAClientOfAnotherEnvironmentOrHour_IsRefused()
    {
        using var elsewhere = new TokenWorld(environment: "test");
        Assert.Equal("unauthorized_client", (await elsewhere.AskAsync(TokenWorld.Form(elsewhere.Assertion()))).Error);
        _world.Fill(TestRegistry.Client() with { Hours = ["08:00-11:00"] }, TestRegistry.UseCase());
        await RefusedAsync("unauthorized_client", TokenWorld.Form(_world.Assertion("two")));

        _world.Fill(TestRegistry.Client() with { Hours = ["08:00-13:00"] }, TestRegistry.UseCase());
        Assert.Equal(200, (await _world.AskAsync(TokenWorld.Form(_world.Assertion("three")))).Status);
    }

    [Theory]
    [InlineData("TREAT", 200)]
    [InlineData("urn:oid:2.16.840.1.113883.5.8#TREAT", 200)]
    [InlineData("HMARKT", 400)]
    [InlineData("BTG", 400)]
    [InlineData("nonsense", 400)]
    public async Task Token_PurposeAsserted_MustBePartOfTheApprovedUse(string purpose, int status)
    {
        var claims = _world.Claims();
        claims["extensions"] = new JsonObject { ["hl7-b2b"] = new JsonObject { ["purpose_of_use"] = new JsonArray(purpose) } };

        var reply = await _world.AskAsync(TokenWorld.Form(_world.Key.Token(_world.Header().ToJsonString(), claims.ToJsonString())));

        Assert.Equal(status, reply.Status);
        Assert.Equal(status == 200 ? null : "invalid_grant", reply.Error);
    }

    [Fact]
    public async Task Token_ForAnotherResource_IsInvalidTarget()
    {
        var form = TokenWorld.Form(_world.Assertion());
        form["resource"] = "https://other.example/fhir";
        await RefusedAsync("invalid_target", form);

        form = TokenWorld.Form(_world.Assertion("two"));
        form["resource"] = TokenWorld.Audience;
        Assert.Equal(200, (await _world.AskAsync(form)).Status);
    }

    [Fact]
    public async Task Token_OfAClientThatMustProveAKey_IsBoundOrRefused()
    {
        using var world = new TokenWorld(client: TestRegistry.Client() with { Requires = ["dpop"] });
        Assert.Equal("invalid_request", (await world.AskAsync(TokenWorld.Form(world.Assertion("one")))).Error);
        var key = SigningKey.Es256("proof");
        var proof = new ProofRecipe(key, string.Empty, "POST", TokenWorld.Issuer + "/token", world.Clock.GetUtcNow()).Without("ath");

        var bound = await world.AskAsync(
            TokenWorld.Form(world.Assertion("two")),
            context => context.Request.Headers["DPoP"] = proof.Sign()
        );
        var replayed = await world.AskAsync(
            TokenWorld.Form(world.Assertion("three")),
            context => context.Request.Headers["DPoP"] = proof.Sign()
        );

        Assert.Equal((200, "DPoP"), (bound.Status, (string?)bound.Json!["token_type"]));
        Assert.Equal(ProofRecipe.ThumbprintOf(key), (string)bound.Claims["cnf"]!["jkt"]!);
        Assert.Equal((400, "invalid_dpop_proof"), (replayed.Status, replayed.Error));
    }

    [Fact]
    public async Task Token_OfAClientWithAShorterLimit_LivesNoLonger()
    {
        using var world = new TokenWorld(client: TestRegistry.Client() with { MaxTokenLifetimeSeconds = 60 });

        Assert.Equal(60, (int)(await world.AskAsync(TokenWorld.Form(world.Assertion()))).Json!["expires_in"]!);
    }

    [Theory]
    [InlineData(RiskTier.Low, "system/*.rs", 300)]
    [InlineData(RiskTier.Medium, "system/*.rs", 300)]
    [InlineData(RiskTier.High, "system/*.rs", 120)]
    [InlineData(RiskTier.Low, "system/Observation.crs", 120)]
    [InlineData(RiskTier.Low, "system/*.d", 120)]
    public async Task Token_WhoseMisuseDoesMoreHarm_LivesShorter(RiskTier risk, string scope, int seconds)
    {
        var grant = TestRegistry.Grant() with { Interactions = ["read", "search", "create", "delete"] };
        using var world = new TokenWorld(useCase: TestRegistry.UseCase(grants: grant) with { Risk = risk });

        Assert.Equal(seconds, (int)(await world.AskAsync(TokenWorld.Form(world.Assertion(), scope))).Json!["expires_in"]!);
    }

    [Theory]
    [InlineData("grant_type", "password", "unsupported_grant_type")]
    [InlineData("grant_type", "refresh_token", "unsupported_grant_type")]
    [InlineData("grant_type", "authorization_code", "unsupported_grant_type")]
    [InlineData("grant_type", "", "invalid_request")]
    [InlineData("client_assertion_type", "not_an_assertion_type", "invalid_client")]
    [InlineData("client_assertion", "a.b.c", "invalid_client")]
    [InlineData("client_assertion", "", "invalid_client")]
    [InlineData("client_secret", "s3cret", "invalid_client")]
    [InlineData("client_id", "somebody", "invalid_client")]
    public async Task Token_ParameterWrong_IsRefusedByItsError(string name, string value, string error)
    {
        var form = TokenWorld.Form(_world.Assertion());
        form[name] = value;

        await RefusedAsync(error, form);
    }

    [Fact]
    public async Task Token_RequestThatReadsInTwoWays_IsInvalidRequest()
    {
        var form = TokenWorld.Form(_world.Assertion());
        string[] bodies =
        [
            "grant_type=client_credentials&grant_type=client_credentials",
            "grant_type=%zz",
            "grant_type=%00",
            "scope=%c3%28",
            new string('a', 40_000),
            string.Join('&', Enumerable.Range(0, 40).Select(static n => $"p{n}=1")),
        ];
        foreach (var body in bodies)
        {
            var reply = await _world.AskAsync(form, context => context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body)));
            Assert.Equal((400, "invalid_request"), (reply.Status, reply.Error));
        }

        Assert.Equal(
            "invalid_request",
            (await _world.AskAsync(form, static context => context.Request.ContentType = "application/json")).Error
        );
        Assert.Equal("invalid_request", (await _world.AskAsync(form, static context => context.Request.ContentType = null)).Error);
        Assert.Equal(
            "invalid_request",
            (await _world.AskAsync(form, static context => context.Request.QueryString = new("?scope=x"))).Error
        );
        Assert.Equal(200, (await _world.AskAsync(form)).Status);
    }

    [Fact]
    [Trait("Size", "Large")]
    public async Task Token_RandomlySpoiledAssertions_IssueNothingAndFillNoJournal()
    {
        // Each is read to its end, however many there are.
        (_world.Options.FalseSignaturesPerSecondPerPeer, _world.Options.FalseSignaturesPerSecondPerClient) = (100_000, 100_000);
        var random = new Random(7523);
        for (var turn = 0; turn < 1_000; turn++)
        {
            var text = _world.Assertion().ToCharArray();
            var place = random.Next(text.Length - 1);
            var old = text[place];
            do
            {
                text[place] = (char)random.Next(33, 127);
            } while (text[place] == old);

            Assert.Equal("invalid_client", (await _world.AskAsync(TokenWorld.Form(new string(text)))).Error);
        }

        Assert.Equal(new TokenServiceOptions().RefusalsPerMinutePerPeer, _world.Journal.Records.Count);
        Assert.Equal(0, _world.Shared.Count);
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        await _world.AskAsync(TokenWorld.Form("x"));
        Assert.Contains("970 further refusals of this address", _world.Journal.Records[^1].Note, StringComparison.Ordinal);
    }

    private async Task RefusedAsync(string error, Dictionary<string, string> form, int records = 0)
    {
        var reply = await _world.AskAsync(form);

        Assert.Equal((400, error), (reply.Status, reply.Error));
        Assert.Null(reply.Json!["access_token"]);
        Assert.Equal(records + 1, _world.Journal.Records.Count);
        Assert.Equal(("token.issue", "deny", error), Last());
    }

    private (string, string, string?) Last()
    {
        var record = _world.Journal.Records[^1];
        return (record.Event, record.Decision, record.Reason);
    }
}
