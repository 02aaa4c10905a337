using System.Text.Json.Nodes;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>
/// Whoever connects an issuer is told by the record which check refused its first token; the client is told that it is not valid.
/// </summary>
public sealed class InvalidTokenTests : IDisposable
{
    private readonly IdentityHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("alg", "\"ES384\"", "token:alg")]
    [InlineData("typ", "\"JWT\"", "token:typ")]
    [InlineData("kid", "\"k2\"", "token:kid")]
    public async Task Authenticate_HeaderThatDoesNotFit_IsNamedInTheRecord(string member, string json, string flaw) =>
        await RefusesAsync(_host.Recipe().SetHeader(member, JsonNode.Parse(json)).Sign(), flaw);

    [Theory]
    [InlineData("aud", "\"https://other.example/fhir\"", "token:aud")]
    [InlineData("aud", null, "token:aud")]
    [InlineData("token_use", "\"refresh\"", "token:sort")]
    [InlineData("client_id", null, "token:client")]
    [InlineData("client_id", "[\"lab\"]", "token:client")]
    [InlineData("sub", null, "token:sub")]
    [InlineData("jti", "7", "token:jti")]
    [InlineData("iat", null, "token:iat")]
    [InlineData("iat", "\"today\"", "token:iat")]
    [InlineData("exp", null, "token:exp")]
    [InlineData("exp", "\"soon\"", "token:exp")]
    [InlineData("nbf", "4102444800", "token:nbf")]
    [InlineData("tenant", "[\"north\"]", "token:tenant")]
    [InlineData("patient", "\"Practitioner/example\"", "token:patient")]
    [InlineData("scope", "[\"system/*.rs\"]", "token:scope")]
    [InlineData("cnf", "{}", "token:cnf")]
    [InlineData("act", "{}", "token:act")]
    public async Task Authenticate_ClaimThatDoesNotFit_IsNamedInTheRecord(string claim, string? json, string flaw)
    {
        var recipe = json is null ? _host.Recipe().Without(claim) : _host.Recipe().Set(claim, JsonNode.Parse(json));

        await RefusesAsync(recipe.Sign(), flaw);
    }

    [Fact]
    public async Task Authenticate_SignatureOfAnotherKey_IsNamedInTheRecord() =>
        await RefusesAsync(_host.Recipe().SignWith(SigningKey.Es256("k1")), "token:signature");

    [Fact]
    public async Task Authenticate_WhatIsNoToken_IsNamedInTheRecord() => await RefusesAsync("2YotnFZFEjr1zCsicMWpAA", "token:form");

    // Auth0 and others write their names with a slash at the end.
    [Theory]
    [InlineData(IdentityHost.FileIssuer + "/", "token:iss-almost:hospital-idp")]
    [InlineData("https://IDP.hospital.example", "token:iss-almost:hospital-idp")]
    [InlineData("https://idp.elsewhere.example", null)]
    public async Task Authenticate_IssuerThatIsAlmostOneOfOurs_IsNamedInTheRecord(string issuer, string? flaw)
    {
        var result = await _host.BearerAsync(_host.Recipe(issuer: issuer));

        Assert.Equal((DenyReason.UnknownIssuer, flaw), (result.Refusal, result.Detail));
    }

    [Fact]
    public async Task Authenticate_GoodToken_HasNoFlaw()
    {
        var result = await _host.BearerAsync(_host.Recipe());

        Assert.NotNull(result.Caller);
        Assert.Null(result.Detail);
    }

    private async Task RefusesAsync(string token, string flaw)
    {
        var result = await _host.AuthenticateAsync("Bearer " + token);

        Assert.Equal((DenyReason.InvalidToken, flaw), (result.Refusal, result.Detail));
    }
}
