using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

public sealed class CallerAuthenticatorTests : IDisposable
{
    private readonly IdentityHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Authenticate_GoodToken_GivesTheCaller()
    {
        var token = _host.Recipe().Set("tenant", "north").Set("patient", "example").Sign();

        var result = await _host.AuthenticateAsync("Bearer " + token);

        Assert.Null(result.Refusal);
        var caller = Assert.IsType<Caller>(result.Caller);
        Assert.Equal("hospital-idp", caller.Issuer);
        Assert.Equal("production", caller.IssuerEnvironment);
        Assert.Equal("lab", caller.ClientId);
        Assert.Equal("lab", caller.Subject);
        Assert.Equal("t-1", caller.TokenId);
        Assert.Equal("north", caller.Tenant);
        Assert.Equal("example", caller.PatientContext?.Value);
        Assert.Equal("TREAT", Assert.Single(caller.Purposes).Code);
        Assert.False(caller.HasUnknownPurpose);
        Assert.Equal(ProofBinding.None, caller.Binding);
        Assert.Equal(_host.Clock.GetUtcNow(), caller.IssuedAt);
        Assert.Equal(_host.Clock.GetUtcNow().AddMinutes(5), caller.ExpiresAt);
        var signed = token[..token.LastIndexOf('.')];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(signed))), caller.TokenHash);
        Assert.Equal("system/Observation.rs", _host.Scopes.LastScope);
        Assert.Same(_host.Scopes.Answer, caller.Scopes);
    }

    [Fact]
    public async Task Authenticate_NoHeader_RefusesNoCredential() =>
        Assert.Same(DenyReason.NoCredential, (await _host.AuthenticateAsync(StringValues.Empty)).Refusal);

    [Fact]
    public async Task Authenticate_TwoGoodHeaders_RefusesMalformed()
    {
        var good = "Bearer " + _host.Recipe().Sign();

        Assert.Same(DenyReason.MalformedCredential, (await _host.AuthenticateAsync(new StringValues([good, good]))).Refusal);
    }

    [Fact]
    public async Task Authenticate_OpaqueToken_RefusesInvalid() =>
        Assert.Same(DenyReason.InvalidToken, (await _host.AuthenticateAsync("Bearer 2YotnFZFEjr1zCsicMWpAA")).Refusal);

    [Fact]
    public async Task Authenticate_ForeignIssuer_RefusesUnknownIssuer() =>
        Assert.Same(DenyReason.UnknownIssuer, (await _host.BearerAsync(_host.Recipe(issuer: "https://idp.elsewhere.example"))).Refusal);

    [Theory]
    [InlineData("https://idp.hospital.example/")]
    [InlineData("HTTPS://idp.hospital.example")]
    [InlineData("https://idp.hospital.example.evil.example")]
    public async Task Authenticate_IssuerAlmostEqual_RefusesUnknownIssuer(string issuer) =>
        Assert.Same(DenyReason.UnknownIssuer, (await _host.BearerAsync(_host.Recipe(issuer: issuer))).Refusal);

    [Fact]
    public async Task Authenticate_AlgorithmNone_RefusesInvalid()
    {
        var recipe = _host.Recipe().SetHeader("alg", "none");
        var token = recipe.Sign();

        Assert.Same(DenyReason.InvalidToken, (await _host.AuthenticateAsync("Bearer " + token)).Refusal);
        Assert.NotNull((await _host.AuthenticateAsync("Bearer " + token[..(token.LastIndexOf('.') + 1)])).Refusal);
    }

    [Fact]
    public async Task Authenticate_HmacWithThePublicKeyAsSecret_RefusesInvalid()
    {
        var recipe = _host.Recipe().SetHeader("alg", "HS256");
        var input = recipe.Sign();
        input = input[..input.LastIndexOf('.')];
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(_host.Key.PublicPem()), Encoding.ASCII.GetBytes(input));

        Assert.Same(
            DenyReason.InvalidToken,
            (await _host.AuthenticateAsync($"Bearer {input}.{System.Buffers.Text.Base64Url.EncodeToString(mac)}")).Refusal
        );
    }

    [Fact]
    public async Task Authenticate_AlgorithmNotPinned_RefusesInvalid()
    {
        var rsa = SigningKey.Rs256("r1");
        _host.Publish(_host.Key, rsa);

        Assert.Same(DenyReason.InvalidToken, (await _host.BearerAsync(_host.Recipe(rsa))).Refusal);
        Assert.NotNull((await _host.BearerAsync(_host.Recipe())).Caller);
    }

    [Fact]
    public async Task Authenticate_SignedByAnotherKeyUnderTheSameName_RefusesInvalid() =>
        Assert.Same(
            DenyReason.InvalidToken,
            (await _host.AuthenticateAsync("Bearer " + _host.Recipe().SignWith(SigningKey.Es256("k1")))).Refusal
        );

    [Fact]
    public async Task Authenticate_PayloadChangedAfterSigning_RefusesInvalid()
    {
        var good = _host.Recipe().Sign().Split('.');
        var other = _host.Recipe().Set("client_id", "other").Sign().Split('.');

        Assert.Same(DenyReason.InvalidToken, (await _host.AuthenticateAsync($"Bearer {good[0]}.{other[1]}.{good[2]}")).Refusal);
    }

    [Theory]
    [InlineData("jwk", null)]
    [InlineData("jku", "\"https://evil.example/jwks\"")]
    [InlineData("x5u", "\"https://evil.example/chain.pem\"")]
    [InlineData("x5c", "[\"MIIB\"]")]
    [InlineData("cty", "\"JWT\"")]
    public async Task Authenticate_KeyInTheHeader_IsNotLookedAt(string member, string? json)
    {
        var own = SigningKey.Es256("k1");
        TokenRecipe Recipe() => _host.Recipe().SetHeader(member, json is null ? own.PublicJwk() : JsonNode.Parse(json));

        Assert.Same(DenyReason.InvalidToken, (await _host.AuthenticateAsync("Bearer " + Recipe().SignWith(own))).Refusal);
        Assert.NotNull((await _host.BearerAsync(Recipe())).Caller);
    }

    [Theory]
    [InlineData("crit")]
    [InlineData("b64")]
    [InlineData("zip")]
    public async Task Authenticate_HeaderExtensionThatChangesTheMeaning_RefusesInvalid(string name) =>
        Assert.Same(DenyReason.InvalidToken, (await _host.BearerAsync(_host.Recipe().SetHeader(name, "DEF"))).Refusal);

    [Theory]
    [InlineData("\"https://other.example/fhir\"", false)]
    [InlineData("\"https://gw.hospital.example/fhir/\"", false)]
    [InlineData("[]", false)]
    [InlineData("[\"https://other.example\",\"https://gw.hospital.example/fhir\"]", true)]
    public async Task Authenticate_Audience_MustHoldOurs(string audience, bool accepted)
    {
        var result = await _host.BearerAsync(_host.Recipe().Set("aud", JsonNode.Parse(audience)));

        Assert.Equal(accepted ? null : DenyReason.InvalidToken, result.Refusal);
    }

    [Fact]
    public async Task Authenticate_AudienceMissing_RefusesInvalid() =>
        Assert.Same(DenyReason.InvalidToken, (await _host.BearerAsync(_host.Recipe().Without("aud"))).Refusal);

    [Theory]
    [InlineData("JWT", false)]
    [InlineData("dpop+jwt", false)]
    [InlineData("at+jwt", true)]
    [InlineData("AT+JWT", true)]
    [InlineData("application/at+jwt", true)]
    public async Task Authenticate_Type_MustBeAnAccessToken(string type, bool accepted)
    {
        var result = await _host.BearerAsync(_host.Recipe().SetHeader("typ", type));

        Assert.Equal(accepted ? null : DenyReason.InvalidToken, result.Refusal);
    }

    [Fact]
    public async Task Authenticate_TypeMissing_RefusesInvalid()
    {
        var recipe = _host.Recipe();
        recipe.Header.Remove("typ");

        Assert.Same(DenyReason.InvalidToken, (await _host.BearerAsync(recipe)).Refusal);
    }

    [Theory]
    [InlineData(329, null)]
    [InlineData(330, "expired-token")]
    public async Task Authenticate_ExpiryPlusSkew_IsTheEnd(int secondsLater, string? code)
    {
        var recipe = _host.Recipe();
        _host.Clock.Advance(TimeSpan.FromSeconds(secondsLater));

        Assert.Equal(code, (await _host.BearerAsync(recipe)).Refusal?.Code);
    }

    [Fact]
    public async Task Authenticate_ExpiredTokenWithABadSignature_IsNotToldThatItExpired()
    {
        var recipe = _host.Recipe();
        _host.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Same(DenyReason.InvalidToken, (await _host.AuthenticateAsync("Bearer " + recipe.SignWith(SigningKey.Es256("k1")))).Refusal);
    }

    [Theory]
    [InlineData(300, null)]
    [InlineData(301, "token-lifetime-too-long")]
    public async Task Authenticate_Lifetime_IsBounded(int seconds, string? code) =>
        Assert.Equal(
            code,
            (await _host.BearerAsync(_host.Recipe().Set("exp", _host.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds))).Refusal?.Code
        );

    [Theory]
    [InlineData("iat")]
    [InlineData("exp")]
    [InlineData("sub")]
    [InlineData("client_id")]
    public async Task Authenticate_RequiredClaimMissing_RefusesInvalid(string claim) =>
        Assert.Same(DenyReason.InvalidToken, (await _host.BearerAsync(_host.Recipe().Without(claim))).Refusal);

    [Theory]
    [InlineData("iat", 30, true)]
    [InlineData("iat", 31, false)]
    [InlineData("nbf", 30, true)]
    [InlineData("nbf", 31, false)]
    public async Task Authenticate_ClaimInTheFuture_IsToleratedWithinTheSkew(string claim, int seconds, bool accepted)
    {
        var result = await _host.BearerAsync(_host.Recipe().Set(claim, _host.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds));

        Assert.Equal(accepted ? null : DenyReason.InvalidToken, result.Refusal);
    }

    [Theory]
    [InlineData("exp", "\"1900000000\"")]
    [InlineData("iat", "null")]
    [InlineData("iat", "-1")]
    [InlineData("exp", "1e300")]
    [InlineData("client_id", "[\"lab\"]")]
    [InlineData("client_id", "[\"lab\",\"other\"]")]
    [InlineData("client_id", "\"\"")]
    [InlineData("client_id", "\"lab\\n\"")]
    [InlineData("client_id", "null")]
    [InlineData("sub", "7")]
    [InlineData("tenant", "null")]
    [InlineData("tenant", "[\"north\"]")]
    [InlineData("patient", "\"Practitioner/example\"")]
    [InlineData("patient", "\"Patient/\"")]
    [InlineData("patient", "\"Patient/Patient/example\"")]
    [InlineData("patient", "\"https://elsewhere.example/Patient/example\"")]
    [InlineData("patient", "\"a b\"")]
    [InlineData("patient", "null")]
    [InlineData("scope", "[\"system/*.rs\"]")]
    [InlineData("cnf", "\"x\"")]
    [InlineData("cnf", "{}")]
    [InlineData("act", "\"agent\"")]
    [InlineData("act", "{}")]
    [InlineData("act", "{\"sub\":\"agent\",\"iss\":\"https://elsewhere.example\"}")]
    public async Task Authenticate_ClaimOfTheWrongSort_RefusesInvalid(string claim, string json) =>
        Assert.Same(DenyReason.InvalidToken, (await _host.BearerAsync(_host.Recipe().Set(claim, JsonNode.Parse(json)))).Refusal);

    [Theory]
    [InlineData("example")]
    [InlineData("Patient/example")]
    public async Task Authenticate_PatientByIdOrByReference_IsThatPatient(string patient) =>
        Assert.Equal("example", (await _host.BearerAsync(_host.Recipe().Set("patient", patient))).Caller?.PatientContext?.Value);

    [Theory]
    [InlineData("client_id")]
    [InlineData("aud")]
    [InlineData("\\u0061ud")]
    public async Task Authenticate_DuplicateClaim_RefusesInvalid(string name)
    {
        var claims = _host.Recipe().Claims.ToJsonString();
        var doubled = claims[..^1] + $",\"{name}\":\"lab\"}}";

        var token = _host.Key.Token(_host.Recipe().Header.ToJsonString(), doubled);

        Assert.Same(DenyReason.InvalidToken, (await _host.AuthenticateAsync("Bearer " + token)).Refusal);
    }

    [Fact]
    public async Task Authenticate_DuplicateHeaderMember_RefusesInvalid()
    {
        var token = _host.Key.Token("""{"alg":"none","alg":"ES256","kid":"k1","typ":"at+jwt"}""", _host.Recipe().Claims.ToJsonString());

        Assert.Same(DenyReason.InvalidToken, (await _host.AuthenticateAsync("Bearer " + token)).Refusal);
    }

    [Theory]
    [InlineData("\"TREAT\"", "TREAT", false)]
    [InlineData("[\"TREAT\",\"HPAYMT\"]", "TREAT HPAYMT", false)]
    [InlineData("[\"urn:oid:2.16.840.1.113883.5.8#TREAT\",\"TREAT\"]", "TREAT", false)]
    [InlineData("[]", "", false)]
    [InlineData("\"SNOOP\"", "", true)]
    [InlineData("[\"TREAT\",\"SNOOP\"]", "TREAT", true)]
    [InlineData("[\"TREAT\",7]", "TREAT", true)]
    [InlineData("{}", "", true)]
    public async Task Authenticate_Purposes_AreReadByTheirCodes(string json, string codes, bool unknown)
    {
        var recipe = _host.Recipe();
        recipe.Claims["extensions"]!["hl7-b2b"]!["purpose_of_use"] = JsonNode.Parse(json);

        var caller = (await _host.BearerAsync(recipe)).Caller;

        Assert.NotNull(caller);
        Assert.Equal(codes, string.Join(' ', caller.Purposes.Select(purpose => purpose.Code)));
        Assert.Equal(unknown, caller.HasUnknownPurpose);
        Assert.False(caller.PurposeFromRegistry);
    }

    [Fact]
    public async Task Authenticate_IssuerWithoutPurposes_SaysThatTheRegistryCounts()
    {
        using var host = new IdentityHost(options => options.Claims.Purpose = "registry");

        var caller = (await host.BearerAsync(host.Recipe().Without("extensions"))).Caller;

        Assert.NotNull(caller);
        Assert.True(caller.PurposeFromRegistry);
        Assert.Empty(caller.Purposes);
    }

    [Fact]
    public async Task Authenticate_ClaimNamedByAUrl_IsFoundByItsWholeName()
    {
        using var host = new IdentityHost(options => options.Claims.Tenant = "https://hospital.example/tenant");

        var caller = (await host.BearerAsync(host.Recipe().Set("https://hospital.example/tenant", "north"))).Caller;

        Assert.Equal("north", caller?.Tenant);
    }

    [Fact]
    public async Task Authenticate_DelegationChain_IsReadOutermostFirst()
    {
        var caller = (
            await _host.BearerAsync(_host.Recipe().Set("act", JsonNode.Parse("""{"client_id":"agent","sub":"x","act":{"sub":"portal"}}""")))
        ).Caller;

        Assert.Equal(["agent", "portal"], caller!.Actors);
    }

    [Theory]
    [InlineData(5, null)]
    [InlineData(6, "delegation-too-deep")]
    public async Task Authenticate_DelegationDepth_IsBounded(int depth, string? code)
    {
        JsonObject? chain = null;
        for (var level = 0; level < depth; level++)
        {
            var actor = new JsonObject { ["sub"] = $"a{level}" };
            if (chain is not null)
            {
                actor["act"] = chain;
            }

            chain = actor;
        }

        Assert.Equal(code, (await _host.BearerAsync(_host.Recipe().Set("act", chain))).Refusal?.Code);
    }

    [Fact]
    public async Task Authenticate_RefusedToken_NamesTheClaimedClientForTheRecord()
    {
        var result = await _host.BearerAsync(_host.Recipe().Set("aud", "https://other.example"));

        Assert.Null(result.Caller);
        Assert.Equal("lab", result.IssuerClientId);
    }

    [Fact]
    public async Task Authenticate_UnusedBitsOfTheSignatureChanged_RefusesInvalid()
    {
        // 64 bytes end in a character of which four bits count: the other forms decode to the same signature.
        var token = _host.Recipe().Sign();
        var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var twin = token[..^1] + alphabet[alphabet.IndexOf(token[^1], StringComparison.Ordinal) | 1];

        Assert.Same(DenyReason.InvalidToken, (await _host.AuthenticateAsync("Bearer " + twin)).Refusal);
        Assert.NotNull((await _host.AuthenticateAsync("Bearer " + token)).Caller);
    }

    [Fact]
    public async Task Authenticate_HandlerThatRemembersAnEarlierToken_RefusesTheLaterOne()
    {
        // A handler keeps its first result; two tokens in one scope must not share it.
        var first = _host.Request("Bearer " + _host.Recipe().Sign());
        Assert.NotNull((await _host.Authenticator.AuthenticateAsync(first)).Caller);
        var second = new DefaultHttpContext { RequestServices = first.RequestServices };
        second.Request.Headers.Authorization = "Bearer " + _host.Recipe().SignWith(SigningKey.Es256("k1"));

        Assert.Same(DenyReason.InvalidToken, (await _host.Authenticator.AuthenticateAsync(second)).Refusal);
    }
}
