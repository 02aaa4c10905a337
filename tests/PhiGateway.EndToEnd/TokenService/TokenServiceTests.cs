using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.EndToEnd.TokenService;

/// <summary>Tokens that the gateway issues itself, asked for by clients that nobody here wrote.</summary>
public sealed class TokenServiceTests(TokenServiceWorld world) : IClassFixture<TokenServiceWorld>
{
    [Fact]
    public async Task Token_ByAConformingClient_IsServedUntilItIsGivenBack()
    {
        var journey = await OAuthClient.RunAsync(
            world.Auth,
            TokenServiceWorld.Plain,
            world.PlainKey.PrivateJwk(),
            "system/*.rs",
            revoke: true,
            resources: [$"{world.Base}/Patient/f001", $"{world.Base}/Observation?patient=f001"]
        );

        Assert.Null(journey.Error);
        Assert.Equal("bearer", journey.Token!.Type);
        // Of everything that was asked for what is approved, and no more.
        Assert.Equal(
            "system/Condition.rs system/DiagnosticReport.rs system/Encounter.rs system/Observation.rs system/Patient.rs",
            journey.Token.Scope
        );
        Assert.All(journey.Calls, static call => Assert.Equal(200, call.Status));
        Assert.True((bool)journey.Introspected!["active"]!);
        Assert.Equal(TokenServiceWorld.Plain, (string)journey.Introspected["client_id"]!);

        // Given back: refused on the data plane as soon as the registry is followed, and told apart in the trail.
        Reply after;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        do
        {
            await Task.Delay(20, patience.Token);
            after = await world.GetAsync("/Patient/f001", journey.Token.Text);
        } while (after.Status == HttpStatusCode.OK);

        Assert.Equal((HttpStatusCode.Unauthorized, "token-revoked"), (after.Status, after.Code));
        string?[] events = [];
        while (!events.Contains("token.revoke"))
        {
            await Task.Delay(20, patience.Token);
            events = await EventsAsync(TokenServiceWorld.Plain);
        }

        Assert.Contains("token.issue", events);
    }

    // Who trusts the community is led to this token endpoint and to no other, before anything is shown to it.
    [Fact]
    public async Task Udap_OfTheBaseThatTheCertificateNames_SignsWhereTokensAreGiven()
    {
        using var http = new HttpClient();
        var document = JsonNode.Parse(await http.GetStringAsync($"{world.Base}/.well-known/udap?community=urn:community"))!;
        var statement = new JsonWebToken((string)document["signed_metadata"]!);
        var chain = JsonNode.Parse(Base64UrlEncoder.Decode(statement.EncodedHeader))!["x5c"]!.AsArray();
        using var leaf = X509CertificateLoader.LoadCertificate(Convert.FromBase64String((string)chain[0]!));
        using var built = new X509Chain();
        built.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        built.ChainPolicy.CustomTrustStore.Add(world.Community);
        built.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;

        Assert.True(built.Build(leaf));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(
            statement,
            new TokenValidationParameters
            {
                ValidIssuer = world.Base,
                ValidateAudience = false,
                ValidAlgorithms = ["RS256"],
                IssuerSigningKey = new X509SecurityKey(leaf),
            }
        );
        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal(world.Auth + "/token", statement.GetPayloadValue<string>("token_endpoint"));
        Assert.Equal((string)document["token_endpoint"]!, statement.GetPayloadValue<string>("token_endpoint"));
        Assert.Equal(["udap_authn", "udap_authz"], document["udap_profiles_supported"]!.AsArray().Select(static one => (string)one!));
        Assert.Null(document["registration_endpoint"]);
    }

    [Fact]
    public async Task Token_ByAnotherConformingClient_IsServed()
    {
        var journey = await OAuthClient.RunAsync(
            world.Auth,
            TokenServiceWorld.Plain,
            world.PlainKey.PrivateJwk(),
            "system/Patient.rs",
            script: "openid-client.mjs",
            resources: [$"{world.Base}/Patient/f001", $"{world.Base}/Observation?patient=f001"]
        );

        Assert.Null(journey.Error);
        Assert.Equal("system/Patient.rs", journey.Token!.Scope);
        Assert.Equal([200, 403], journey.Calls.Select(static call => call.Status));
    }

    [Fact]
    public async Task Token_InTheHandsOfAFhirClient_ReadsTheChart()
    {
        var journey = await OAuthClient.RunAsync(world.Auth, TokenServiceWorld.Plain, world.PlainKey.PrivateJwk(), "system/*.rs");

        var steps = await ClientJourney.FhirKitClientAsync(world.Base, journey.Token!.Text, "f001");

        Assert.True(steps.Single(static step => step.Name == "read-patient").Ok);
        Assert.True(steps.Single(static step => step.Name == "search-observations").Ok);
    }

    [Fact]
    public async Task Token_OfAClientThatMustProveAKey_IsBoundToIt()
    {
        var journey = await OAuthClient.RunAsync(
            world.Auth,
            TokenServiceWorld.Bound,
            world.BoundKey.PrivateJwk(),
            "system/Patient.r",
            dpop: true,
            resources: [$"{world.Base}/Patient/f001"]
        );
        var unproven = await OAuthClient.RunAsync(world.Auth, TokenServiceWorld.Bound, world.BoundKey.PrivateJwk(), "system/Patient.r");

        Assert.Null(journey.Error);
        Assert.Equal("dpop", journey.Token!.Type);
        Assert.Equal(200, Assert.Single(journey.Calls).Status);
        Assert.Equal("invalid_request", unproven.Error);
        Assert.Equal("binding-failed", (await world.GetAsync("/Patient/f001", journey.Token.Text)).Code);
    }

    [Fact]
    public async Task Token_ProvenByTheDpopPackage_ReadsWithAFreshProofEachTime()
    {
        var journey = await OAuthClient.RunAsync(
            world.Auth,
            TokenServiceWorld.Bound,
            world.BoundKey.PrivateJwk(),
            "system/Patient.r system/Observation.s",
            script: "dpop.mjs",
            resources: [$"{world.Base}/Observation?patient=f001", $"{world.Base}/Patient/f001"]
        );

        Assert.Null(journey.Error);
        Assert.Equal("DPoP", journey.Token!.Type);
        Assert.Equal([200, 200, 401], journey.Calls.Select(static call => call.Status));
        Assert.Equal("dpop-proof-replayed", journey.Calls[^1].Code);
    }

    [Fact]
    public async Task Token_ByOpenIddict_IsGoodForItsValidationUntilItIsGivenBack()
    {
        await using var peer = new OpenIddictPeer(world.Auth, world.Base, TokenServiceWorld.Plain, world.PlainKey);
        await using var elsewhere = new OpenIddictPeer(world.Auth, "https://ehr.hospital.example", TokenServiceWorld.Plain, world.PlainKey);
        await using var thief = new OpenIddictPeer(world.Auth, world.Base, TokenServiceWorld.Plain, SigningKey.Es384("bed-board-1"));

        var token = await UntilKnownAsync(() => peer.TokenAsync("system/Patient.rs"));

        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", token)).Status);
        Assert.Equal("outside-scope", (await world.GetAsync("/Observation?patient=f001", token)).Code);
        foreach (var principal in new[] { await peer.ValidateAsync(token), await peer.AskAsync(token) })
        {
            Assert.Equal(TokenServiceWorld.Plain, principal.GetClaim("client_id"));
            Assert.Equal(world.Base, Assert.Single(principal.GetAudiences()));
        }

        Assert.Equal("invalid_token", await RefusedAsync(() => elsewhere.ValidateAsync(token)));
        Assert.Equal("invalid_token", await RefusedAsync(() => elsewhere.AskAsync(token)));
        Assert.Equal("invalid_token", await RefusedAsync(() => peer.ValidateAsync(token[..^8] + "AAAAAAAA")));
        Assert.Equal("invalid_client", await RefusedAsync(() => thief.TokenAsync("system/Patient.rs")));

        await peer.RevokeAsync(token);

        Assert.Equal("invalid_token", await UntilRefusedAsync(() => peer.AskAsync(token)));
    }

    // What was given back is refused as soon as the registry is followed.
    private static async Task<string?> UntilRefusedAsync(Func<Task> ask)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            try
            {
                await ask();
                await Task.Delay(20, patience.Token);
            }
            catch (OpenIddictExceptions.ProtocolException refused)
            {
                return refused.Error;
            }
        }
    }

    // The node follows the registry: a client that was just approved may not be known to it yet.
    private static async Task<string> UntilKnownAsync(Func<Task<string>> ask)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (OpenIddictExceptions.ProtocolException refused) when (refused.Error is "invalid_client" or "unauthorized_client")
            {
                await Task.Delay(20, patience.Token);
            }
        }
    }

    private static async Task<string?> RefusedAsync(Func<Task> action) =>
        (await Assert.ThrowsAsync<OpenIddictExceptions.ProtocolException>(action)).Error;

    private async Task<string?[]> EventsAsync(string client) =>
        [
            .. (await world.Wei.GetAsync($"audit?client={client}&limit=50"))["items"]!
                .AsArray()
                .Select(static item => (string?)item!["record"]!["event"]),
        ];

    [Fact]
    public async Task Token_ForAThief_IsInvalidClient()
    {
        var thief = SigningKey.Es384("bed-board-1");

        var journey = await OAuthClient.RunAsync(world.Auth, TokenServiceWorld.Plain, thief.PrivateJwk(), "system/*.rs");

        Assert.Equal("invalid_client", journey.Error);
    }

    [Fact]
    public async Task Metadata_EveryDocument_NamesTheSameService()
    {
        using var http = new HttpClient();
        foreach (var name in new[] { "openid-configuration", "oauth-authorization-server", "smart-configuration" })
        {
            var document = JsonNode.Parse(await http.GetStringAsync($"{world.Auth}/.well-known/{name}"))!;
            Assert.Equal(world.Auth, (string)document["issuer"]!);
            Assert.Equal($"{world.Auth}/token", (string)document["token_endpoint"]!);
        }

        var smart = JsonNode.Parse(await http.GetStringAsync($"{world.Base}/.well-known/smart-configuration"))!;
        Assert.Equal($"{world.Auth}/token", (string)smart["token_endpoint"]!);
        var keys = JsonNode.Parse(await http.GetStringAsync($"{world.Auth}/jwks"))!["keys"]!.AsArray();
        Assert.Equal("ES256", (string)Assert.Single(keys)!["alg"]!);
        Assert.Null(keys[0]!["d"]);
    }

    [Theory]
    [InlineData("GET", "/token", 405)]
    [InlineData("POST", "/token", 400)]
    [InlineData("POST", "/introspect", 400)]
    [InlineData("POST", "/revoke", 400)]
    [InlineData("GET", "/fhir/Patient/f001", 404)]
    [InlineData("POST", "/authorize", 404)]
    public async Task Endpoint_AskedForNothing_RefusesInOAuthsWords(string method, string path, int status)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), world.Auth + path);

        using var answer = await http.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 400)
        {
            Assert.Equal("invalid_request", (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!);
        }
    }
}
