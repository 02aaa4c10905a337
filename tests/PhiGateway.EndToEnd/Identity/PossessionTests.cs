using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.EndToEnd.Identity;

/// <summary>DPoP over the wire: a certified provider binds the token, a client that nobody here wrote proves its key.</summary>
[Collection(PossessionCollection.Name)]
public sealed class PossessionTests(PossessionWorld world)
{
    [Fact]
    public async Task Call_ByAConformingClient_IsServedAndRecordedAsProven()
    {
        var journey = await OAuthClient.RunAsync(
            world.Issuer.Issuer,
            world.Prover.ClientId,
            world.Key.PrivateJwk(),
            "system/*.rs",
            dpop: true,
            resources: [$"{world.Base}/Patient/f001", $"{world.Base}/Observation?patient=f001", $"{world.Base}/Patient/f001"]
        );

        Assert.Null(journey.Error);
        Assert.Equal("dpop", journey.Token!.Type);
        Assert.All(journey.Calls, static call => Assert.Equal(200, call.Status));

        // The token alone, as a thief has it, is worth nothing under either scheme.
        var stolen = await world.GetAsync("/Patient/f001", journey.Token.Text);
        Assert.Equal((HttpStatusCode.Unauthorized, "binding-failed"), (stolen.Status, stolen.Code));
        var root = world.Base[..^"/fhir".Length];
        var realm = $"realm=\"north\", resource_metadata=\"{root}/.well-known/oauth-protected-resource/fhir\"";
        Assert.Contains($"DPoP {realm}, algs=\"ES256 ES384 PS256\"", stolen.Headers["WWW-Authenticate"]);
        var unproven = await CallAsync(journey.Token.Text, null);
        Assert.Equal((HttpStatusCode.Unauthorized, "dpop-proof-invalid"), (unproven.Status, unproven.Code));
        Assert.Equal($"DPoP {realm}, error=\"invalid_dpop_proof\", algs=\"ES256 ES384 PS256\"", unproven.Headers["WWW-Authenticate"]);
        Assert.Equal("dpop:absent", (string?)(await world.TrailAsync(unproven.DecisionId))[0]["rule"]);
    }

    [Fact]
    public async Task Call_WithAProofSeenBefore_IsRefusedOnEveryNode()
    {
        var key = SigningKey.Es256("possessed");
        var token = await world.Issuer.BoundTokenAsync(world.Prover, world.Key, key);
        var proof = Proof(key, token, "/Patient/f001").Sign();
        var first = await CallAsync(token, proof);
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal("dpop", (string?)(await world.TrailAsync(first.DecisionId))[0]["binding"]);

        await using var other = world.PrepareNode("gw-other");
        await other.StartAsync();
        var here = await CallAsync(token, proof);
        var there = await CallAsync(token, proof, node: other);
        // The same public address, as behind a balancer.
        var elsewhere = await CallAsync(token, Proof(key, token, "/Patient/f001", other.Data).Sign(), node: other);

        Assert.Equal((HttpStatusCode.Unauthorized, "dpop-proof-replayed"), (here.Status, here.Code));
        Assert.Equal((HttpStatusCode.Unauthorized, "dpop-proof-invalid"), (there.Status, there.Code));
        Assert.Equal(HttpStatusCode.OK, elsewhere.Status);
    }

    [Fact]
    public async Task Call_OfAClientThatMustProve_WithABearerToken_IsRefusedWithBothChallenges()
    {
        var plain = await world.Issuer.TokenAsync(world.Ward);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", plain)).Status);

        var mixed = await CallAsync(plain, null);

        Assert.Equal((HttpStatusCode.Unauthorized, "binding-failed"), (mixed.Status, mixed.Code));
    }

    [Theory]
    [InlineData("eyJ")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("%00")]
    public async Task Call_WithAMalformedProof_IsRefusedOnRecordAndAsksNobody(string proof)
    {
        var key = SigningKey.Es256("possessed");
        var token = await world.Issuer.BoundTokenAsync(world.Prover, world.Key, key);

        var reply = await CallAsync(token, proof);

        Assert.Equal((HttpStatusCode.Unauthorized, "dpop-proof-invalid"), (reply.Status, reply.Code));
        Assert.StartsWith("DPoP ", reply.Headers["WWW-Authenticate"]);
        Assert.Equal("dpop-proof-invalid", (string?)Assert.Single(await world.TrailAsync(reply.DecisionId))["reason"]);
    }

    private ProofRecipe Proof(SigningKey key, string token, string path, Uri? at = null) =>
        new(key, token, "GET", new Uri(at ?? world.Gateway.Data, "/fhir" + path).AbsoluteUri, TimeProvider.System.GetUtcNow());

    private async Task<Reply> CallAsync(string token, string? proof, GatewayProcess? node = null)
    {
        using var http = new HttpClient();
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri((node ?? world.Gateway).Data, "/fhir/Patient/f001"));
        (string, string)[] headers = proof is null
            ? [("Authorization", "DPoP " + token)]
            : [("Authorization", "DPoP " + token), ("DPoP", proof)];
        return await Reply.AskAsync(http, request, null, null, "application/fhir+json", headers);
    }
}
