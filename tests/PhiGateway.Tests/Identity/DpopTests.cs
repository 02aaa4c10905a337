using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using PhiGateway.Identity.Proofs;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>RFC 9449 section 4.3, check by check, each with the twin that passes.</summary>
public sealed class DpopTests : IDisposable
{
    private const string Origin = "https://gw.hospital.example";
    private const string Target = "/fhir/Observation?patient=example";
    private const string Uri = Origin + "/fhir/Observation";

    private readonly SharedUses _shared = new();
    private readonly IdentityHost _host;
    private readonly SigningKey _key = SigningKey.Es256("client");
    private readonly string _token;

    public DpopTests()
    {
        _host = IdentityHost.Node(_shared);
        _token = BoundTo(_key);
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Authenticate_BoundTokenWithItsProof_ProvesDpopOnEveryCall()
    {
        for (var call = 0; call < 3; call++)
        {
            var result = await CallAsync(Proof().Sign());

            Assert.Null(result.Refusal);
            Assert.Equal(ProofBinding.Dpop, result.Caller!.Binding);
        }
    }

    [Theory]
    [InlineData("ES384")]
    [InlineData("PS256")]
    public async Task Authenticate_ProofByAnotherPinnedAlgorithm_ProvesDpop(string algorithm)
    {
        var key = algorithm == "ES384" ? SigningKey.Es384("c") : SigningKey.Ps256("c");
        var token = BoundTo(key);

        var result = await CallAsync(new ProofRecipe(key, token, "GET", Uri, _host.Clock.GetUtcNow()).Sign(), token);

        Assert.Null(result.Refusal);
    }

    [Fact]
    public async Task Authenticate_BoundTokenWithoutAProof_RefusesDpopProofInvalid()
    {
        await RefusedAsync(DenyReason.DpopProofInvalid, "dpop:absent", StringValues.Empty);
        await RefusedAsync(DenyReason.DpopProofInvalid, "dpop:not-one", "");
        await RefusedAsync(DenyReason.DpopProofInvalid, "dpop:not-one", new StringValues([Proof().Sign(), Proof().Sign()]));
        await RefusedAsync(DenyReason.DpopProofInvalid, "dpop:form", Proof().Sign() + ", " + Proof().Sign());
        await AcceptedAsync();
    }

    [Fact]
    public async Task Authenticate_SchemesMixedUp_RefusesBindingFailed()
    {
        var plain = _host.Recipe().Sign();
        var proof = new ProofRecipe(_key, plain, "GET", Uri, _host.Clock.GetUtcNow()).Sign();

        Assert.Same(DenyReason.BindingFailed, (await CallAsync(Proof().Sign(), scheme: "Bearer")).Refusal);
        Assert.Same(DenyReason.BindingFailed, (await CallAsync(proof, plain)).Refusal);
        // Known by now: the same from the cache.
        Assert.Same(DenyReason.BindingFailed, (await CallAsync(Proof().Sign(), scheme: "Bearer")).Refusal);
        Assert.Same(DenyReason.BindingFailed, (await CallAsync(proof, plain)).Refusal);
        Assert.NotNull((await CallAsync(StringValues.Empty, plain, scheme: "Bearer")).Caller);
        await AcceptedAsync();
    }

    [Theory]
    [InlineData("typ", "\"JWT\"", "dpop:typ")]
    [InlineData("typ", "\"at+jwt\"", "dpop:typ")]
    [InlineData("typ", null, "dpop:typ")]
    [InlineData("alg", "\"none\"", "dpop:alg")]
    [InlineData("alg", "\"HS256\"", "dpop:alg")]
    [InlineData("alg", "\"RS256\"", "dpop:alg")]
    [InlineData("alg", "\"ES384\"", "dpop:jwk")]
    [InlineData("alg", "5", "dpop:alg")]
    [InlineData("jwk", null, "dpop:jwk")]
    [InlineData("jwk", "\"x\"", "dpop:jwk")]
    [InlineData("jwk", "{}", "dpop:jwk")]
    [InlineData("jwk", """{"kty":"oct","k":"AAAA"}""", "dpop:jwk")]
    [InlineData("crit", """["exp"]""", "dpop:typ")]
    [InlineData("b64", "false", "dpop:typ")]
    public async Task Authenticate_HeaderWrong_RefusesDpopProofInvalid(string member, string? json, string detail) =>
        await RefusedAsync(
            DenyReason.DpopProofInvalid,
            detail,
            Proof().SetHeader(member, json is null ? null : JsonNode.Parse(json)).Sign()
        );

    [Theory]
    [InlineData("d")]
    [InlineData("k")]
    [InlineData("p")]
    [InlineData("oth")]
    public async Task Authenticate_KeyWithAPrivatePart_RefusesDpopProofInvalid(string member)
    {
        var proof = Proof();
        proof.Header["jwk"]![member] = "AAAA";

        await RefusedAsync(DenyReason.DpopProofInvalid, "dpop:jwk", proof.Sign());
    }

    [Fact]
    public async Task Authenticate_KeyBesideTheCurve_RefusesDpopProofInvalid()
    {
        var proof = Proof();
        var point = new string('A', 42) + "E";
        proof.Header["jwk"]!["x"] = point;
        var thumbprint = $$"""{"crv":"P-256","kty":"EC","x":"{{point}}","y":"{{proof.Header["jwk"]!["y"]}}"}""";
        var token = _host
            .Recipe()
            .Set(
                "cnf",
                new JsonObject
                {
                    ["jkt"] = System.Buffers.Text.Base64Url.EncodeToString(
                        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(thumbprint))
                    ),
                }
            )
            .Sign();
        var other = new ProofRecipe(_key, token, "GET", Uri, _host.Clock.GetUtcNow()).SetHeader("jwk", proof.Header["jwk"]!.DeepClone());

        var result = await CallAsync(other.Sign(), token);

        Assert.Equal((DenyReason.DpopProofInvalid, "dpop:jwk"), (result.Refusal, result.Detail));
    }

    [Fact]
    public async Task Authenticate_ProofOfAnotherKey_RefusesBindingFailed()
    {
        var thief = SigningKey.Es256("thief");
        var proof = new ProofRecipe(thief, _token, "GET", Uri, _host.Clock.GetUtcNow());

        await RefusedAsync(DenyReason.BindingFailed, "dpop:jkt", proof.Sign());
        await RefusedAsync(DenyReason.DpopProofInvalid, "dpop:signature", Proof().SignWith(thief));
        await AcceptedAsync();
        // The client's key is known by now.
        await RefusedAsync(DenyReason.BindingFailed, "dpop:jkt", proof.Sign());
        await RefusedAsync(DenyReason.DpopProofInvalid, "dpop:signature", Proof().SignWith(thief));
        await AcceptedAsync();
    }

    [Theory]
    [InlineData("htm", "\"get\"")]
    [InlineData("htm", "\"POST\"")]
    [InlineData("htm", null)]
    [InlineData("htu", "\"https://gw.hospital.example/fhir/Patient\"")]
    [InlineData("htu", "\"https://gw.other.example/fhir/Observation\"")]
    [InlineData("htu", "\"http://gw.hospital.example/fhir/Observation\"")]
    [InlineData("htu", "\"https://gw.hospital.example:8443/fhir/Observation\"")]
    [InlineData("htu", "\"https://somebody@gw.hospital.example/fhir/Observation\"")]
    [InlineData("htu", "\"/fhir/Observation\"")]
    [InlineData("htu", "7")]
    [InlineData("ath", null)]
    [InlineData("ath", "\"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo\"")]
    [InlineData("jti", null)]
    [InlineData("jti", "\"\"")]
    [InlineData("jti", "[1]")]
    [InlineData("iat", null)]
    [InlineData("iat", "\"1777636800\"")]
    [InlineData("iat", "1e300")]
    public async Task Authenticate_ClaimWrong_RefusesDpopProofInvalid(string claim, string? json)
    {
        var proof = Proof();

        await RefusedAsync(
            DenyReason.DpopProofInvalid,
            "dpop:" + claim,
            (json is null ? proof.Without(claim) : proof.Set(claim, JsonNode.Parse(json))).Sign()
        );
        await AcceptedAsync();
    }

    [Theory]
    [InlineData("https://gw.hospital.example/fhir/Observation?patient=other")]
    [InlineData("https://gw.hospital.example/fhir/Observation#there")]
    [InlineData("HTTPS://GW.hospital.example:443/fhir/Observation")]
    [InlineData("https://gw.hospital.example/fhir/%4Fbservation")]
    [InlineData("https://gw-alias.hospital.example/fhir/Observation")]
    public async Task Authenticate_SameUriInAnotherSpelling_ProvesDpop(string uri) =>
        Assert.Null((await CallAsync(Proof().Set("htu", uri).Sign())).Refusal);

    [Theory]
    [InlineData(-61, false)]
    [InlineData(-59, true)]
    [InlineData(59, true)]
    [InlineData(61, false)]
    public async Task Authenticate_ProofOfAnotherTime_CountsWithinTheWindowOnly(int seconds, bool accepted)
    {
        var result = await CallAsync(Proof().Set("iat", _host.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds).Sign());

        Assert.Equal(accepted, result.Refusal is null);
    }

    [Fact]
    public async Task Authenticate_ProofUsedBefore_RefusesItHereAndOnOtherNodes()
    {
        using var other = IdentityHost.Node(_shared, key: _host.Key);
        var proof = Proof().Sign();
        Assert.Null((await CallAsync(proof)).Refusal);

        Assert.Same(DenyReason.DpopProofReplayed, (await CallAsync(proof)).Refusal);
        Assert.Same(DenyReason.DpopProofReplayed, (await CallAsync(proof, on: other)).Refusal);
        Assert.Null((await CallAsync(Proof().Sign(), on: other)).Refusal);
    }

    [Fact]
    public async Task Authenticate_ProofOfTheSameIdByAnotherKey_IsAnotherProof()
    {
        var second = SigningKey.Es256("second");
        var token = BoundTo(second);
        Assert.Null((await CallAsync(Proof().Set("jti", "one").Sign())).Refusal);

        var proof = new ProofRecipe(second, token, "GET", Uri, _host.Clock.GetUtcNow()).Set("jti", "one").Sign();

        Assert.Null((await CallAsync(proof, token)).Refusal);
    }

    [Fact]
    public async Task Authenticate_ProofThatFailed_IsNotUsedUp()
    {
        var proof = Proof();
        Assert.Same(DenyReason.DpopProofInvalid, (await CallAsync(proof.Sign(), method: "POST")).Refusal);

        Assert.Null((await CallAsync(proof.Sign())).Refusal);
    }

    [Fact]
    public async Task Authenticate_DatabaseAway_GoesOnWithNoncesOfThisNode()
    {
        using var other = IdentityHost.Node(_shared, key: _host.Key);
        _shared.IsAway = true;

        var asked = await CallAsync(Proof().Sign());
        Assert.Same(DenyReason.DpopNonceRequired, asked.Refusal);
        var again = Proof().Set("nonce", asked.Nonce).Sign();
        Assert.Null((await CallAsync(again)).Refusal);
        Assert.Same(DenyReason.DpopProofReplayed, (await CallAsync(again)).Refusal);

        // Another node did not give it: it cannot know that it was used.
        var elsewhere = await CallAsync(Proof().Set("nonce", asked.Nonce).Sign(), on: other);
        Assert.Same(DenyReason.DpopNonceRequired, elsewhere.Refusal);
        Assert.NotEqual(asked.Nonce, elsewhere.Nonce);
    }

    [Fact]
    public async Task Authenticate_NonceAlwaysDemanded_NeverAsksTheDatabase()
    {
        using var node = IdentityHost.Node(_shared, new DpopOptions { Nonce = DpopNonceRule.Always }, _host.Key);

        var asked = await CallAsync(Proof().Sign(), on: node);
        Assert.Same(DenyReason.DpopNonceRequired, asked.Refusal);
        Assert.Null((await CallAsync(Proof().Set("nonce", asked.Nonce).Sign(), on: node)).Refusal);
        Assert.Equal(0, _shared.Count);

        node.Clock.Advance(NonceKeeper.Turn);
        var late = await CallAsync(Proof().Set("nonce", asked.Nonce).Sign(), on: node);
        Assert.Null(late.Refusal);
        Assert.NotNull(late.Nonce);
        node.Clock.Advance(NonceKeeper.Turn);
        Assert.Same(DenyReason.DpopNonceRequired, (await CallAsync(Proof().Set("nonce", asked.Nonce).Sign(), on: node)).Refusal);
    }

    [Fact]
    public async Task Authenticate_RequestMadeForAnotherCall_IsProvenByTheProofOfThatCall()
    {
        var call = new ProvenCall("POST", "/fhir/mcp");

        Assert.Null((await CallAsync(Proof().Set("htm", "POST").Set("htu", Origin + "/fhir/mcp").Sign(), made: call)).Refusal);
        Assert.Equal("dpop:htm", (await CallAsync(Proof().Sign(), made: call)).Detail);
        Assert.Equal("dpop:htu", (await CallAsync(Proof().Set("htm", "POST").Sign(), made: call)).Detail);
        Assert.Equal("dpop:htm", (await CallAsync(Proof().Set("htm", "POST").Set("htu", Origin + "/fhir/mcp").Sign())).Detail);
    }

    [Fact]
    public async Task Authenticate_RandomlySpoiledProofs_AreRefusedEachWithOneReason()
    {
        var random = new Random(9449);
        for (var turn = 0; turn < 2_000; turn++)
        {
            var text = Proof().Sign().ToCharArray();
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                var place = random.Next(text.Length);
                var old = text[place];
                do
                {
                    text[place] = (char)random.Next(32, 127);
                } while (text[place] == old);
            }

            var result = await CallAsync(new string(text));

            Assert.Null(result.Caller);
            Assert.Contains(result.Refusal, new[] { DenyReason.DpopProofInvalid, DenyReason.BindingFailed, DenyReason.DpopNonceRequired });
        }

        Assert.Equal(0, _shared.Count);
    }

    private string BoundTo(SigningKey key) => _host.Recipe().Set("cnf", new JsonObject { ["jkt"] = ProofRecipe.ThumbprintOf(key) }).Sign();

    private ProofRecipe Proof() => new(_key, _token, "GET", Uri, _host.Clock.GetUtcNow());

    private async Task AcceptedAsync() => Assert.Null((await CallAsync(Proof().Sign())).Refusal);

    private async Task RefusedAsync(DenyReason reason, string detail, StringValues proof)
    {
        var result = await CallAsync(proof);

        Assert.Equal((reason, detail), (result.Refusal, result.Detail));
        Assert.Null(result.Caller);
    }

    // The header is known from the first call: it opens no token but the one that is bound to its key.
    [Fact]
    public async Task Authenticate_KnownKeyWithTheTokenOfAnother_RefusesBindingFailed()
    {
        var other = BoundTo(SigningKey.Es256("other"));
        await AcceptedAsync();

        var result = await CallAsync(new ProofRecipe(_key, other, "GET", Uri, _host.Clock.GetUtcNow()).Sign(), other);

        Assert.Same(DenyReason.BindingFailed, result.Refusal);
        await AcceptedAsync();
        // And the same key with another token of its own.
        var second = BoundTo(_key);
        Assert.Null((await CallAsync(new ProofRecipe(_key, second, "GET", Uri, _host.Clock.GetUtcNow()).Sign(), second)).Refusal);
    }

    private async Task<CallerResult> CallAsync(
        StringValues proof,
        string? token = null,
        string scheme = "DPoP",
        string method = "GET",
        IdentityHost? on = null,
        ProvenCall? made = null
    )
    {
        var host = on ?? _host;
        var context = host.Request($"{scheme} {token ?? _token}");
        context.Features.Set(made);
        context.Request.Method = method;
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("gw-alias.hospital.example");
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = Target;
        if (proof.Count > 0)
        {
            context.Request.Headers["DPoP"] = proof;
        }

        return await host.Authenticator.AuthenticateAsync(context, Origin);
    }
}
