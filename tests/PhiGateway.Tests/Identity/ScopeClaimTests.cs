using System.Text.Json.Nodes;
using PhiGateway.Identity.Issuers;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>Scopes stand where, and as, the issuer is configured to write them.</summary>
public sealed class ScopeClaimTests
{
    [Theory]
    [InlineData(ScopeShape.String, "scope", "\"system/Observation.rs system/Patient.r\"", "system/Observation.rs system/Patient.r")]
    [InlineData(ScopeShape.Array, "scp", "[\"system/Observation.rs\",\"system/Patient.r\"]", "system/Observation.rs system/Patient.r")]
    [InlineData(ScopeShape.Either, "scp", "\"system/Observation.rs\"", "system/Observation.rs")]
    [InlineData(ScopeShape.Either, "scp", "[\"system/Observation.rs\"]", "system/Observation.rs")]
    [InlineData(ScopeShape.String, "scp", "\"system/Observation.rs\"", "system/Observation.rs")]
    [InlineData(ScopeShape.Array, "scope", "[]", "")]
    public async Task Authenticate_ScopesAsConfigured_AreRead(ScopeShape shape, string name, string json, string expected)
    {
        using var host = Host(shape, name);

        var result = await host.BearerAsync(host.Recipe().Without("scope").Set(name, JsonNode.Parse(json)));

        Assert.Null(result.Refusal);
        Assert.Equal(expected, host.Scopes.LastScope);
    }

    [Theory]
    [InlineData(ScopeShape.String, "[\"system/Observation.rs\"]")]
    [InlineData(ScopeShape.Array, "\"system/Observation.rs\"")]
    [InlineData(ScopeShape.Array, "[\"system/Observation.rs system/Patient.r\"]")]
    [InlineData(ScopeShape.Array, "[\"system/Observation.rs\",1]")]
    [InlineData(ScopeShape.Array, "[\"\"]")]
    [InlineData(ScopeShape.Array, "[null]")]
    [InlineData(ScopeShape.Array, "[[\"system/Observation.rs\"]]")]
    [InlineData(ScopeShape.Either, "{\"0\":\"system/Observation.rs\"}")]
    [InlineData(ScopeShape.Either, "null")]
    [InlineData(ScopeShape.Either, "7")]
    public async Task Authenticate_ScopesOfAnotherShape_RefusesInvalidToken(ScopeShape shape, string json)
    {
        using var host = Host(shape, "scope");

        Assert.Same(DenyReason.InvalidToken, (await host.BearerAsync(host.Recipe().Set("scope", JsonNode.Parse(json)))).Refusal);
    }

    [Fact]
    public async Task Authenticate_TwoClaimsThatContradict_RefusesInvalidToken()
    {
        using var host = Host(ScopeShape.Either, "scope", "scp");
        foreach (
            var other in new JsonNode[] { new JsonArray("system/Patient.r"), new JsonArray(), "system/Observation.rs system/Patient.r" }
        )
        {
            Assert.Same(DenyReason.InvalidToken, (await host.BearerAsync(host.Recipe().Set("scp", other))).Refusal);
        }
    }

    [Fact]
    public async Task Authenticate_TwoClaimsThatSayTheSame_AreRead()
    {
        using var host = Host(ScopeShape.Either, "scope", "scp");
        var recipe = host.Recipe()
            .Set("scope", "system/Patient.r system/Observation.rs")
            .Set("scp", new JsonArray("system/Observation.rs", "system/Patient.r"));

        Assert.Null((await host.BearerAsync(recipe)).Refusal);
        Assert.Null((await host.BearerAsync(host.Recipe().Without("scope").Set("scp", "system/Patient.r"))).Refusal);
        Assert.Equal("system/Patient.r", host.Scopes.LastScope);
    }

    [Fact]
    public async Task Authenticate_ClaimThatIsNotConfigured_IsNotRead()
    {
        using var host = Host(ScopeShape.String, "scope");

        Assert.Null((await host.BearerAsync(host.Recipe().Without("scope").Set("scp", "system/Patient.r"))).Refusal);
        Assert.Null(host.Scopes.LastScope);
    }

    private static IdentityHost Host(ScopeShape shape, params string[] names) =>
        new(options =>
        {
            options.Claims.Scope = names;
            options.Claims.ScopeShape = shape;
        });
}
