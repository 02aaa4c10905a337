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

    [Fact]
    public async Task Authenticate_TokenThatSaysBoth_IsAPersons()
    {
        using var host = new IdentityHost();

        var recipe = host.Recipe().Set("sub", "another").Set("gty", "client-credentials").Set("fhirUser", new JsonArray("x"));

        Assert.True((await host.BearerAsync(recipe)).Caller!.IsPersons);
    }
}
