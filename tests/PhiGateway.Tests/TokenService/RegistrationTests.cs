using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Gateway.Telemetry;
using PhiGateway.TokenService.Configuration;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>A stranger may ask to be registered, and is nobody until people here have said so.</summary>
public sealed class RegistrationTests : IDisposable
{
    private readonly TokenWorld _world = new(
        registration: new RegistrationOptions
        {
            Enabled = true,
            RequestsPerHourPerPeer = 1000,
            RequestsPerHour = 1000,
            MostPending = 3,
        }
    );
    private readonly SigningKey _key = SigningKey.Es256("own-1");

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Register_AClientWithItsKey_WaitsAndIsGivenNoToken()
    {
        var reply = await _world.RegisterAsync(Body().ToJsonString());

        Assert.True(reply.Status == 201, reply.Json?.ToJsonString());
        Assert.Equal("pending", (string)reply.Json!["registration_status"]!);
        Assert.Null(reply.Json["client_secret"]);
        Assert.Null(reply.Json["registration_access_token"]);
        var id = (string)reply.Json["client_id"]!;
        Assert.Equal($"{TokenWorld.Issuer}/register/{id}", reply.Headers.Location.ToString());
        Assert.Equal("pending", (string)(await _world.LookAsync(id)).Json!["registration_status"]!);
        Assert.Equal("token.register", _world.Journal.Records[^1].Event);
        Assert.Equal(("permit", id), (_world.Journal.Records[^1].Decision, _world.Journal.Records[^1].IssuerClientId));

        // A good assertion of its own key, under the id that it was told.
        var claims = _world.Claims();
        (claims["iss"], claims["sub"]) = (id, id);
        var header = new JsonObject { ["alg"] = _key.Algorithm, ["kid"] = _key.KeyId };
        var asked = await _world.AskAsync(TokenWorld.Form(_key.Token(header.ToJsonString(), claims.ToJsonString())));
        Assert.Equal("invalid_client", asked.Error);
        Assert.Null(_world.Current.FindClient("idp", id));
    }

    [Fact]
    public async Task Register_TheSameAgain_IsTheSameRequest_AndStaysDeclined()
    {
        var first = await _world.RegisterAsync(Body().ToJsonString());
        var again = await _world.RegisterAsync(Body().ToJsonString());

        Assert.Equal((string)first.Json!["client_id"]!, (string)again.Json!["client_id"]!);
        var request = Assert.Single(_world.Strangers.All);
        await _world.Strangers.TryDecideAsync(
            request with
            {
                State = RegistrationState.Declined,
                Reason = "We do not know them.",
            },
            default
        );

        var declined = await _world.RegisterAsync(Body().ToJsonString());
        Assert.Equal("declined", (string)declined.Json!["registration_status"]!);
        Assert.DoesNotContain("We do not know them", declined.Json.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Look_AtATakenRequest_IsPendingUntilItsClientIsOpen()
    {
        var id = (string)(await _world.RegisterAsync(Body().ToJsonString())).Json!["client_id"]!;
        var request = Assert.Single(_world.Strangers.All);
        await _world.Strangers.TryDecideAsync(request with { State = RegistrationState.Taken, Client = "acme" }, default);
        Assert.Equal("pending", (string)(await _world.LookAsync(id)).Json!["registration_status"]!);

        // The client of the registry whose id it is told, approved.
        using var open = new TokenWorld(registration: new RegistrationOptions { Enabled = true });
        var words = request.Words with { Document = "connector" };
        await open.Strangers.TryAddAsync(request with { State = RegistrationState.Taken, Words = words }, 10, default);
        Assert.Equal("approved", (string)(await open.LookAsync(id)).Json!["registration_status"]!);
        var stopped = new Revocation("r", RevocationTarget.Client, "connector", null, null, "why", "olga", open.Clock.GetUtcNow());
        open.Fill(open.Current.FindClientById("connector")!.Client, open.Current.FindClientById("connector")!.UseCase!, stopped);
        Assert.Equal("declined", (string)(await open.LookAsync(id)).Json!["registration_status"]!);
    }

    [Theory]
    [InlineData("client_name", null)]
    [InlineData("client_name", "\"\"")]
    [InlineData("client_name", "\" \"")]
    [InlineData("client_name", "\"Epic\\u202eevil\"")]
    [InlineData("client_name", "\"Epic\\u0000\"")]
    [InlineData("client_name", "\"Epic\\u2028next\"")]
    [InlineData("client_name", "\"\\ud800\"")]
    [InlineData("client_name", "\"Epic\\udb40\\udc41\"")]
    [InlineData("client_name", "\"\\u3164\"")]
    [InlineData("client_name", "[\"Epic\"]")]
    [InlineData("contacts", "\"ops@acme.example\"")]
    [InlineData("contacts", "[\"a\\u001b[31m\"]")]
    [InlineData("contacts", "[1]")]
    [InlineData("grant_types", "[\"authorization_code\"]")]
    [InlineData("grant_types", "\"client_credentials\"")]
    [InlineData("token_endpoint_auth_method", "\"client_secret_basic\"")]
    [InlineData("token_endpoint_auth_method", "\"none\"")]
    [InlineData("client_secret", "\"x\"")]
    [InlineData("jwks", null)]
    [InlineData("jwks", "{\"keys\":[]}")]
    [InlineData("jwks", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}")]
    [InlineData("jwks", "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}")]
    [InlineData("jwks_uri", "\"https://acme.example/jwks\"")]
    [InlineData("scope", "\"a\\nb\"")]
    [InlineData("client_uri", "7")]
    public async Task Register_WhatIsNotTaken_IsRefusedAndKeepsNothing(string member, string? value)
    {
        var body = Body();
        body.Remove(member);
        if (value is not null)
        {
            // By text: halves of pairs are nothing that a node holds.
            var text = body.ToJsonString();
            body = null;
            var spoiled = await _world.RegisterAsync($$"""{"{{member}}":{{value}},{{text[1..]}}""");
            Assert.Equal("invalid_client_metadata", spoiled.Error);
        }
        else
        {
            Assert.Equal("invalid_client_metadata", (await _world.RegisterAsync(body.ToJsonString())).Error);
        }

        Assert.Empty(_world.Strangers.All);
        Assert.Equal(("token.register", "deny"), (_world.Journal.Records[^1].Event, _world.Journal.Records[^1].Decision));
    }

    [Fact]
    public async Task Register_WithAPrivateKeyOrAWeakOne_IsRefused_WithThePublicHalfPasses()
    {
        var body = Body();
        body["jwks"] = new JsonObject { ["keys"] = new JsonArray(_key.PrivateJwk()) };
        Assert.Equal("invalid_client_metadata", (await _world.RegisterAsync(body.ToJsonString())).Error);
        body["jwks"] = new JsonObject { ["keys"] = new JsonArray(SigningKey.Rs256("weak", 1024).PublicJwk()) };
        Assert.Equal("invalid_client_metadata", (await _world.RegisterAsync(body.ToJsonString())).Error);

        Assert.Equal(201, (await _world.RegisterAsync(Body("Krankenhaus Süd – “Labor”").ToJsonString())).Status);
        Assert.Equal(201, (await _world.RegisterAsync(Body("Labor \U0001F3E5 \u6771\u4eac").ToJsonString())).Status);
    }

    // At a stranger's word a node knocks neither at its own machine nor at its neighbours'.
    [Theory]
    [InlineData("https://127.0.0.1:8200/k", false)]
    [InlineData("https://127.0.0.1/k", false)]
    [InlineData("https://[::1]/k", false)]
    [InlineData("https://localhost/k", false)]
    [InlineData("https://vault.localhost/k", false)]
    [InlineData("https://vault/k", false)]
    [InlineData("https://10.0.0.5:8443/k", false)]
    [InlineData("https://keys.acme.example:8443/k", false)]
    [InlineData("https://keys.acme.example./k", false)]
    [InlineData("https://keys.acme.example/k", true)]
    public async Task Register_WithKeysAtAnAddress_TakesANameAtTheUsualPort(string address, bool isTaken)
    {
        var body = Body();
        body.Remove("jwks");
        body["jwks_uri"] = address;

        Assert.Equal(isTaken ? 201 : 400, (await _world.RegisterAsync(body.ToJsonString())).Status);
    }

    // A client that waits for its approval has said an address, and nobody here has agreed to it.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ask_WithKeysAtAnAddress_FetchesThemForAnOpenClientOnly(bool isOpen)
    {
        var credential = new Credential
        {
            Id = "connector-key",
            Client = "connector",
            Kind = CredentialKind.ClientKey,
            Issuer = "idp",
            ClientId = "connector",
            JwksUri = "https://127.0.0.1:9/k",
        };
        using var world = new TokenWorld(instead: credential);
        if (!isOpen)
        {
            var entry = world.Current.FindClientById("connector")!;
            var stopped = new Revocation("r", RevocationTarget.Client, "connector", null, null, "why", "olga", world.Clock.GetUtcNow());
            world.Fill(entry.Client, entry.UseCase!, stopped);
        }

        Assert.NotEqual(200, (await world.AskAsync(TokenWorld.Form(world.Assertion()))).Status);
        Assert.Equal(isOpen, world.Journal.Records[^1].Rule != "assertion:closed-client");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"client_name":"a","client_name":"b"}""")]
    [InlineData("""{"software_statement":"a.b.c","client_id":"https://x.example/y"}""")]
    [InlineData("""{"software_statement":7}""")]
    [InlineData("""{"software_statement":"\ud800"}""")]
    [InlineData("""{"client_id":"\ud800"}""")]
    [InlineData("""{"\ud800":1,"client_name":"a"}""")]
    [InlineData("""{"client_name":"a","jwks":{"keys":[{"\ud800":1}]}}""")]
    [InlineData("""{"software_statement":"a.b.c"}""")]
    [InlineData("""{"client_id":"https://unnamed.example/client.json"}""")]
    [InlineData("""{"client_id":"http://169.254.169.254/latest"}""")]
    public async Task Register_WhatCannotBeReadInOneWay_IsRefused(string body)
    {
        var reply = await _world.RegisterAsync(body);

        Assert.Equal(400, reply.Status);
        Assert.True(reply.Error is "invalid_client_metadata" or "invalid_software_statement", reply.Error);
        Assert.Empty(_world.Strangers.All);
    }

    [Fact]
    public async Task Register_BeyondTheQueue_IsToldToComeBack_AndOneThatWaitsIsStillAnswered()
    {
        for (var number = 0; number < 3; number++)
        {
            Assert.Equal(201, (await _world.RegisterAsync(Body("applicant " + number).ToJsonString())).Status);
        }

        using var counted = new CountedBudgets();
        var full = await _world.RegisterAsync(Body("one more").ToJsonString());
        Assert.Equal((503, "3600"), (full.Status, full.Headers.RetryAfter.ToString()));
        Assert.Equal(1, counted.Of("pending-registrations"));
        Assert.Equal(201, (await _world.RegisterAsync(Body("applicant 1").ToJsonString())).Status);
    }

    [Fact]
    public async Task Register_MoreOftenThanOneMay_TakesNothingOfOthers()
    {
        using var world = new TokenWorld(
            registration: new RegistrationOptions
            {
                Enabled = true,
                RequestsPerHourPerPeer = 2,
                RequestsPerHour = 3,
            }
        );
        Task<TokenReply> Ask(string peer) =>
            world.RegisterAsync(Body().ToJsonString(), context => context.Connection.RemoteIpAddress = IPAddress.Parse(peer));

        Assert.Equal(201, (await Ask("203.0.113.7")).Status);
        Assert.Equal(201, (await Ask("203.0.113.7")).Status);
        using var counted = new CountedBudgets();
        var third = await Ask("203.0.113.7");
        Assert.Equal(429, third.Status);
        Assert.NotEmpty(third.Headers.RetryAfter.ToString());
        Assert.Equal(201, (await Ask("203.0.113.8")).Status);
        Assert.Equal(429, (await Ask("203.0.113.9")).Status);
        Assert.Equal(2, counted.Of("registration-requests"));

        world.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(201, (await Ask("203.0.113.7")).Status);
    }

    [Fact]
    public async Task Register_WhileTheDatabaseOrTheJournalIsAway_IsNotAnsweredAsDone()
    {
        _world.Strangers.IsAway = true;
        Assert.Equal(503, (await _world.RegisterAsync(Body().ToJsonString())).Status);
        _world.Strangers.IsAway = false;
        _world.Journal.Room = 0;
        Assert.Equal(503, (await _world.RegisterAsync(Body().ToJsonString())).Status);

        _world.Journal.Room = null;
        Assert.Equal(201, (await _world.RegisterAsync(Body().ToJsonString())).Status);
        Assert.Contains(_world.Journal.Records, static record => record is { Event: "token.register", Decision: "permit" });
    }

    [Theory]
    [InlineData("reg-00000000000000000000000000000000")]
    [InlineData("connector")]
    [InlineData("reg-../../../../../../../../../../ab")]
    public async Task Look_AtWhatNobodyAskedFor_FindsNothing(string id) => Assert.Equal(404, (await _world.LookAsync(id)).Status);

    private JsonObject Body(string name = "Acme Connector") =>
        new()
        {
            ["client_name"] = name,
            ["contacts"] = new JsonArray("ops@acme.example"),
            ["grant_types"] = new JsonArray("client_credentials"),
            ["scope"] = "system/Observation.rs",
            ["token_endpoint_auth_method"] = "private_key_jwt",
            ["jwks"] = new JsonObject { ["keys"] = new JsonArray(_key.PublicJwk()) },
        };
}
