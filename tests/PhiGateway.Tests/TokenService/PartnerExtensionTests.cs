using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>UDAP's extension for business partners (<c>hl7-b2b</c>) asserts what can be read in its own form, or nothing is given.</summary>
public sealed class PartnerExtensionTests
{
    [Theory]
    [InlineData("""{"hl7-b2b":{"version":"1","organization_id":"https://acme.example","purpose_of_use":["TREAT"]}}""", true)]
    [InlineData("""{"hl7-b2b":{"version":"1","organization_id":"https://acme.example","purpose_of_use":["TREAT","HMARKT"]}}""", false)]
    [InlineData("""{"hl7-b2b":{"version":"2","purpose_of_use":["TREAT"]}}""", false)]
    [InlineData("""{"hl7-b2b":{"version":1,"purpose_of_use":["TREAT"]}}""", false)]
    [InlineData("""{"hl7-b2b":{"version":"1"}}""", false)]
    [InlineData("""{"hl7-b2b":{"version":"1","purpose_of_use":[]}}""", false)]
    [InlineData("""{"hl7-b2b":{"version":"1","purpose_of_use":[7]}}""", false)]
    [InlineData("""{"hl7-b2b":{"version":"1","purpose_of_use":null}}""", false)]
    [InlineData("""{"hl7-b2b":"TREAT"}""", false)]
    [InlineData("""{"hl7-b2b":null}""", false)]
    [InlineData("\"TREAT\"", false)]
    // Other extensions assert nothing about it: the only purpose of the use case counts, as without any.
    [InlineData("""{"tefca-ias":{"version":"1"}}""", true)]
    [InlineData("{}", true)]
    public async Task Token_PartnerExtension_IsReadInItsFormOrRefused(string extensions, bool isIssued)
    {
        using var world = new TokenWorld();
        var claims = world.Claims();
        claims["extensions"] = JsonNode.Parse(extensions);

        var reply = await world.AskAsync(TokenWorld.Form(world.Key.Token(world.Header().ToJsonString(), claims.ToJsonString())));

        Assert.Equal(isIssued ? (200, null) : (400, "invalid_grant"), (reply.Status, reply.Error));
    }

    // UDAP names the key by a certificate, and who has one key need not name it: what counts is who signed, of those that are registered.
    [Theory]
    [InlineData(false, true, true)]
    [InlineData(true, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    public async Task Token_AssertionWithACertificateForItsKeyId_IsOfTheRegisteredKeyOnly(bool isThief, bool hasChain, bool isIssued)
    {
        using var world = new TokenWorld();
        var header = world.Header();
        header.Remove("kid");
        if (hasChain)
        {
            header["x5c"] = new JsonArray("bm90IGEgY2VydGlmaWNhdGU=");
        }

        var key = isThief ? SigningKey.Es384("thief") : world.Key;
        var reply = await world.AskAsync(TokenWorld.Form(key.Token(header.ToJsonString(), world.Claims().ToJsonString())));

        Assert.Equal(isIssued ? (200, null) : (400, "invalid_client"), (reply.Status, reply.Error));
    }
}
