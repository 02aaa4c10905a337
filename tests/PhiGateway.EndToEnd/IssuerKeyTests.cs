using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>An administrator makes a node forget an issuer's signing keys.</summary>
[Collection(OpenWorldCollection.Name)]
public sealed class IssuerKeyTests(OpenWorld world)
{
    [Fact]
    public async Task PurgeKeys_OfAnIssuer_AreFetchedAnewAndItsTokensStillPass()
    {
        var (status, text) = await world.Mary.TryAsync(HttpMethod.Post, "issuers/hospital-idp:purge-keys", new { });

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True((bool)JsonNode.Parse(text)!["ready"]!);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", world.Token)).Status);
    }

    [Fact]
    public async Task PurgeKeys_OfNobody_Is404() =>
        Assert.Equal(HttpStatusCode.NotFound, (await world.Mary.TryAsync(HttpMethod.Post, "issuers/nobody:purge-keys", new { })).Status);
}
