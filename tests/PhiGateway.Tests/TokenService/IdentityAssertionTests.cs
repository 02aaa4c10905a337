using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PhiGateway.Identity.Assertions;
using PhiGateway.Identity.Proofs;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>
/// A client comes for a person with an assertion of that person's provider (ID-JAG): known to the operator, registered for the client, good
/// once, for this token service alone; the token says who it is for and is cut to what is approved.
/// </summary>
public sealed class IdentityAssertionTests : IDisposable
{
    private const string Idp = "https://idp.people.example";

    private static readonly Credential Registered = new()
    {
        Id = "connector-people",
        Client = "connector",
        Kind = CredentialKind.IdentityAssertion,
        Issuer = "people",
        ClientId = "connector",
    };

    private readonly SigningKey _idp = SigningKey.Es256("idp-1");
    private readonly string _keys = Path.GetTempFileName();

    public IdentityAssertionTests() => File.WriteAllText(_keys, SigningKey.Jwks([_idp]));

    public static TheoryData<string, string?, string> Spoiled =>
        new()
        {
            { "iss", "\"https://other.example\"", "id-jag:iss" },
            { "iss", null, "id-jag:iss" },
            { "aud", "\"https://auth.hospital.example/token\"", "id-jag:aud" },
            { "aud", "[\"https://auth.hospital.example\",\"https://other.example\"]", "id-jag:aud" },
            { "aud", null, "id-jag:aud" },
            { "client_id", "\"another\"", "id-jag:client_id" },
            { "client_id", null, "id-jag:client_id" },
            { "sub", null, "id-jag:sub" },
            { "sub", "\"\"", "id-jag:sub" },
            { "sub", "\"connector\"", "id-jag:sub" },
            { "sub", "7", "id-jag:sub" },
            { "jti", null, "id-jag:jti" },
            { "jti", "\"\"", "id-jag:jti" },
            { "exp", null, "id-jag:exp" },
            { "exp", "1777636800", "id-jag:exp" },
            { "exp", "1777640400", "id-jag:exp" },
            { "iat", null, "id-jag:iat" },
            { "iat", "1777636900", "id-jag:iat" },
            { "iat", "1777636000", "id-jag:iat" },
            { "resource", "\"https://other.example/fhir\"", "id-jag:resource" },
            { "auth_time", "1777640000", "id-jag:auth_time" },
            { "auth_time", "\"now\"", "id-jag:auth_time" },
            { "cnf", "{\"jkt\":\"x\"}", "id-jag:claims" },
            { "act", "{\"sub\":\"x\"}", "id-jag:claims" },
            { "authorization_details", "[]", "id-jag:claims" },
            { "scope", "7", "id-jag:claims" },
        };

    public void Dispose() => File.Delete(_keys);

    [Fact]
    public async Task Token_ForAPersonOfTheProvider_SaysForWhomAndWhenTheySignedIn()
    {
        using var world = World();

        var reply = await AskAsync(world, Signed(world), "user/Observation.r user/Patient.rs system/Observation.rs");

        Assert.True(reply.Status == 200, reply.Error + world.Journal.Records[^1].Rule);
        Assert.Equal("user/Observation.r", (string)reply.Json!["scope"]!);
        Assert.Equal(("people|dr-mary", "connector"), ((string)reply.Claims["sub"]!, (string)reply.Claims["client_id"]!));
        Assert.Equal(("urn:mfa", 1777636700), ((string)reply.Claims["acr"]!, (long)reply.Claims["auth_time"]!));
        var record = Assert.Single(world.Journal.Records);
        Assert.Equal(("token.issue", "people|dr-mary", "urn:mfa"), (record.Event, record.Subject, record.Acr));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1777636700), record.AuthTime);

        // A person's token is no way to one of the client's own.
        var introspected = await world.IntrospectAsync(world.Assertion("two"), reply.Token);
        Assert.Equal("people|dr-mary", (string)introspected.Json!["sub"]!);
        var exchange = TokenWorld.Form(world.Assertion("three"));
        exchange["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange";
        exchange["subject_token"] = reply.Token;
        exchange["subject_token_type"] = "urn:ietf:params:oauth:token-type:access_token";
        Assert.NotEqual(200, (await world.AskAsync(exchange)).Status);
    }

    [Fact]
    public async Task Token_ByRandomlySpoiledAssertions_IsNotGiven()
    {
        using var world = World();
        var random = new Random(7523);
        for (var turn = 0; turn < 200; turn++)
        {
            var text = Signed(world).ToCharArray();
            var place = random.Next(text.Length);
            text[place] = text[place] == 'A' ? 'B' : 'A';

            Assert.Equal("invalid_grant", (await AskAsync(world, new string(text), "user/Observation.r", $"turn-{turn}")).Error);
            // A client has so many requests a second.
            world.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(200, (await AskAsync(world, Signed(world), "user/Observation.r", "good")).Status);
    }

    [Theory]
    [InlineData(null, "user/Observation.rs", "user/Observation.rs")]
    [InlineData("user/*.cruds", "user/*.r", "user/Observation.r")]
    [InlineData("user/Observation.rs", null, "user/Observation.rs")]
    [InlineData("user/Observation.rs", "user/Patient.rs", null)]
    [InlineData("user/Observation.rs", "", null)]
    [InlineData("user/Observation.rs", "system/Observation.rs", null)]
    [InlineData("system/Observation.rs", "system/Observation.rs", null)]
    [InlineData("patient/Observation.rs", null, null)]
    [InlineData(null, null, null)]
    public async Task Token_ForAPerson_IsWithinWhatTheProviderSays(string? asked, string? asserted, string? granted)
    {
        using var world = World();

        var reply = await AskAsync(world, Signed(world, claims => Set(claims, "scope", asserted)), asked);

        Assert.Equal(granted is null ? "invalid_scope" : null, reply.Error);
        Assert.Equal(granted, (string?)reply.Json!["scope"]);
    }

    [Fact]
    public async Task Token_ForAPerson_IsWithinTheClientsRegisteredScopes()
    {
        using var world = World(TestRegistry.Client() with { Scopes = ["user/Observation.r"] });

        var reply = await AskAsync(world, Signed(world), "user/*.cruds");

        Assert.Equal("user/Observation.r", (string?)reply.Json!["scope"]);
    }

    [Theory]
    [MemberData(nameof(Spoiled))]
    public async Task Token_ByAnAssertionSpoiledInOneClaim_IsInvalidGrant(string claim, string? value, string rule)
    {
        using var world = World();
        var assertion = Signed(
            world,
            claims =>
            {
                claims.Remove(claim);
                if (value is not null)
                {
                    claims[claim] = JsonNode.Parse(value);
                }
            }
        );

        Assert.Equal(rule, await RefusalAsync(world, assertion));
    }

    [Theory]
    [InlineData("typ", "JWT", "id-jag:typ")]
    [InlineData("typ", null, "id-jag:typ")]
    [InlineData("kid", null, "id-jag:kid")]
    [InlineData("kid", "idp-2", "id-jag:signature")]
    [InlineData("alg", "RS256", "id-jag:alg")]
    [InlineData("alg", "none", "id-jag:alg")]
    public async Task Token_ByAnAssertionWithAnotherHeader_IsInvalidGrant(string name, string? value, string rule)
    {
        using var world = World();
        var header = Header();
        header.Remove(name);
        if (value is not null)
        {
            header[name] = value;
        }

        Assert.Equal(rule, await RefusalAsync(world, _idp.Token(header.ToJsonString(), Claims(world).ToJsonString())));
    }

    [Fact]
    public async Task Token_ByAnAssertionOfAThiefOrNone_IsInvalidGrant()
    {
        using var world = World();
        var thief = SigningKey.Es256("idp-1").Token(Header().ToJsonString(), Claims(world).ToJsonString());

        Assert.Equal("id-jag:signature", await RefusalAsync(world, thief));
        Assert.Equal("id-jag:form", await RefusalAsync(world, "nonsense", "two"));
        Assert.Equal("id-jag:form", await RefusalAsync(world, null, "three"));
    }

    [Fact]
    public async Task Token_ByTheSameAssertionTwice_IsGivenOnce()
    {
        using var world = World();
        var assertion = Signed(world);

        Assert.Equal(200, (await AskAsync(world, assertion, "user/Observation.r")).Status);
        Assert.Equal("id-jag:replayed", await RefusalAsync(world, assertion, "two"));
    }

    // RFC 9449 section 8: what a client could not know is told, and it sends the same again; its provider need not be asked anew.
    [Fact]
    public async Task Token_RefusedForSomethingElse_LeavesTheAssertionItsOneUse()
    {
        using var world = new TokenWorld(also: Registered, provider: Provider(), dpop: new DpopOptions { Nonce = DpopNonceRule.Always });
        var assertion = Signed(world);
        var proof = new ProofRecipe(_idp, string.Empty, "POST", TokenWorld.Issuer + "/token", world.Clock.GetUtcNow()).Without("ath");

        Assert.Equal("invalid_scope", (await AskAsync(world, assertion, "user/Patient.r", "one")).Error);
        var asked = await world.AskAsync(Form(world, assertion, "user/Observation.r", "two"), Prove);
        Assert.Equal("use_dpop_nonce", asked.Error);
        _ = proof.Set("nonce", (string?)asked.Headers["DPoP-Nonce"]).Set("jti", "again");
        var issued = await world.AskAsync(Form(world, assertion, "user/Observation.r", "three"), Prove);

        Assert.True(issued.Status == 200, issued.Error + world.Journal.Records[^1].Rule);
        Assert.Equal("id-jag:replayed", await RefusalAsync(world, assertion, "four"));

        void Prove(HttpContext http) => http.Request.Headers["DPoP"] = proof.Sign();
    }

    [Fact]
    public async Task Token_WhileUsesCannotBeRemembered_IsNotIssued()
    {
        using var world = World();
        var assertion = Signed(world);
        var form = Form(world, assertion, "user/Observation.r");
        var looks = 0;
        world.WhenRead = () => world.Shared.IsAway = ++looks >= 3;

        Assert.Equal("temporarily_unavailable", (await world.AskAsync(form)).Error);
        (world.WhenRead, world.Shared.IsAway) = (null, false);
        Assert.Equal(200, (await AskAsync(world, assertion, "user/Observation.r", "two")).Status);
    }

    [Fact]
    public async Task Token_OfAProviderThatIsTakenBackWhileKeysAreFetched_IsInvalidGrant()
    {
        using var world = World();
        var assertion = Signed(world);
        var looks = 0;
        world.WhenRead = () =>
        {
            // The endpoint at first, then the check before the keys are asked.
            if (++looks == 2)
            {
                var gone = TestRegistry.Revocation(RevocationTarget.Credential, Registered.Id);
                world.Fill(TestRegistry.Client(), TestRegistry.UseCase(), gone);
            }
        };

        Assert.Equal("id-jag:provider", await RefusalAsync(world, assertion));
        Assert.True(looks > 2);
    }

    [Theory]
    [InlineData(249, true)]
    [InlineData(250, false)]
    public async Task Token_OfAPersonWhoseNameIsLong_IsIssuedOnlyWhereItIsRead(int length, bool isIssued)
    {
        using var world = World();

        var reply = await AskAsync(world, Signed(world, claims => claims["sub"] = new string('m', length)), "user/Observation.r");

        Assert.Equal(isIssued ? null : "invalid_grant", reply.Error);
        Assert.Equal(!isIssued, ((string?)reply.Json!["error_description"])?.Contains("longer than", StringComparison.Ordinal) ?? false);
        Assert.Equal(isIssued, world.Journal.Records[^1].Rule != IdentityCheck.SubjectTooLong);
    }

    [Fact]
    public async Task Token_OfAClientThatIsNotRegisteredForTheProvider_IsInvalidGrant()
    {
        using var world = new TokenWorld(provider: Provider());
        Assert.Equal("id-jag:provider", await RefusalAsync(world, Signed(world)));

        using var other = new TokenWorld(also: Registered with { Issuer = "others" }, provider: Provider());
        Assert.Equal("id-jag:provider", await RefusalAsync(other, Signed(other)));

        using var ended = new TokenWorld(also: Registered with { Expires = new DateOnly(2026, 5, 1) }, provider: Provider());
        Assert.Equal("id-jag:provider", await RefusalAsync(ended, Signed(ended)));
    }

    [Fact]
    public async Task Token_WhereNobodyIsTaken_IsAnUnsupportedGrant()
    {
        using var world = new TokenWorld(also: Registered);

        var reply = await AskAsync(world, Signed(world), "user/Observation.r");

        Assert.Equal((400, "unsupported_grant_type"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Token_ForAPersonWithATask_IsRefused()
    {
        using var world = World();
        var form = Form(world, Signed(world), "user/Observation.r");
        form["authorization_details"] = """[{"type":"phi-gateway-task","identifier":"t"}]""";

        Assert.Equal("invalid_authorization_details", (await world.AskAsync(form)).Error);
    }

    [Fact]
    public async Task Token_WithoutTheClientsOwnProof_IsInvalidClient()
    {
        using var world = World();
        var form = Form(world, Signed(world), "user/Observation.r");
        form.Remove("client_assertion");
        form.Remove("client_assertion_type");
        form["client_id"] = "connector";

        Assert.Equal("invalid_client", (await world.AskAsync(form)).Error);
    }

    private static void Set(JsonObject claims, string name, string? value)
    {
        claims.Remove(name);
        if (value is not null)
        {
            claims[name] = value;
        }
    }

    private async Task<string?> RefusalAsync(TokenWorld world, string? assertion, string jti = "one")
    {
        var reply = await AskAsync(world, assertion, "user/Observation.r", jti);
        Assert.Equal((400, "invalid_grant"), (reply.Status, reply.Error));
        return world.Journal.Records[^1].Rule;
    }

    private static Task<TokenReply> AskAsync(TokenWorld world, string? assertion, string? scope, string jti = "one") =>
        world.AskAsync(Form(world, assertion, scope, jti));

    private static Dictionary<string, string> Form(TokenWorld world, string? assertion, string? scope, string jti = "one")
    {
        var form = TokenWorld.Form(world.Assertion(jti), scope ?? string.Empty);
        form["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        form["assertion"] = assertion ?? string.Empty;
        return form;
    }

    private TokenWorld World(Client? client = null) => new(client: client, also: Registered, provider: Provider());

    private IdentityProviderOptions Provider() =>
        new()
        {
            Name = "people",
            Issuer = Idp,
            Jwks = _keys,
            Algorithms = ["ES256"],
        };

    private string Signed(TokenWorld world, Action<JsonObject>? change = null)
    {
        var claims = Claims(world);
        change?.Invoke(claims);
        return _idp.Token(Header().ToJsonString(), claims.ToJsonString());
    }

    private static JsonObject Header() =>
        new()
        {
            ["alg"] = "ES256",
            ["kid"] = "idp-1",
            ["typ"] = "oauth-id-jag+jwt",
        };

    private static JsonObject Claims(TokenWorld world)
    {
        var now = world.Clock.GetUtcNow().ToUnixTimeSeconds();
        return new JsonObject
        {
            ["iss"] = Idp,
            ["sub"] = "dr-mary",
            ["aud"] = TokenWorld.Issuer,
            ["client_id"] = "connector",
            ["jti"] = "jag-1",
            ["iat"] = now,
            ["exp"] = now + 300,
            ["resource"] = TokenWorld.Audience,
            ["auth_time"] = now - 100,
            ["acr"] = "urn:mfa",
        };
    }
}
