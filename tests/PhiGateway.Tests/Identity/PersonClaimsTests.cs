using System.Text.Json.Nodes;
using PhiGateway.Identity.Tokens;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>What issuers say about who is behind a token, each in its own claim.</summary>
public sealed class PersonClaimsTests
{
    [Theory]
    [InlineData("fhirUser", "Practitioner/17", true)]
    [InlineData("idtyp", "user", true)]
    [InlineData("idtyp", "app", false)]
    [InlineData("gty", "client-credentials", false)]
    [InlineData("gty", "password", null)]
    [InlineData("preferred_username", "service-account-lab", false)]
    [InlineData("preferred_username", "service-account-other", null)]
    [InlineData("preferred_username", "mary", null)]
    public async Task Authenticate_ClaimThatSaysWhoseItIs_IsRead(string claim, string value, bool? isPersons)
    {
        using var host = new IdentityHost();

        var result = await host.BearerAsync(host.Recipe().Set("sub", "another").Set(claim, value));

        Assert.Null(result.Refusal);
        Assert.Equal(isPersons, result.Caller!.IsPersons);
    }

    // Where an issuer's access tokens carry the typ of any JWT, its other tokens pass for them by their header.
    [Theory]
    [InlineData("typ", "ID", false)]
    [InlineData("typ", "Refresh", false)]
    [InlineData("token_use", "id", false)]
    [InlineData("typ", "Bearer", true)]
    [InlineData("token_use", "access", true)]
    public async Task Authenticate_TokenThatSaysOfWhatSortItIs_IsTakenForAccessAlone(string claim, string value, bool passes)
    {
        using var host = new IdentityHost(static options => options.Types = ["JWT"]);

        var result = await host.BearerAsync(host.Recipe().SetHeader("typ", "JWT").Set(claim, value));

        Assert.Equal(passes, result.Caller is not null);
    }

    [Fact]
    public async Task Authenticate_TokenThatSaysBoth_IsAPersons()
    {
        using var host = new IdentityHost();

        var recipe = host.Recipe().Set("sub", "another").Set("gty", "client-credentials").Set("fhirUser", new JsonArray("x"));

        Assert.True((await host.BearerAsync(recipe)).Caller!.IsPersons);
    }
}
