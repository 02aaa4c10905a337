using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>What an unauthenticated probe learns from a running node.</summary>
[Collection(OpenWorldCollection.Name)]
public sealed class ReadinessTests(OpenWorld world)
{
    [Fact]
    public async Task Metrics_NotAskedFor_AreNotThere() =>
        Assert.Equal(HttpStatusCode.NotFound, (await world.Mary.TryAsync(HttpMethod.Get, "/metrics")).Status);

    [Fact]
    public async Task Root_OfEitherPlane_SaysWhatThisIs_AndNothingOfWhatIsBehind()
    {
        foreach (var plane in new[] { world.Gateway.Admin, world.Gateway.Data })
        {
            using var http = new HttpClient { BaseAddress = plane };
            var words = await http.GetStringAsync("/");

            Assert.StartsWith("PHI Gateway", words, StringComparison.Ordinal);
            Assert.All(new[] { "north", "gw-test", "0.1", "/fhir" }, name => Assert.DoesNotContain(name, words, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Readiness_OfARunningNode_TellsPartsAndNothingElse()
    {
        using var http = new HttpClient { BaseAddress = world.Gateway.Admin };
        await world.GetAsync("/Patient/canary-patient-2d90", world.Token);

        var ready = await http.GetStringAsync("/readyz");

        Assert.Equal(["ready", "parts"], JsonNode.Parse(ready)!.AsObject().Select(member => member.Key));
        foreach (
            var word in new[]
            {
                "canary-patient-2d90",
                world.Folder,
                world.Backend.Base,
                "backend-secret",
                "Data Source",
                world.Ward.ClientId,
                "hospital-idp",
                "gw-test",
            }
        )
        {
            Assert.DoesNotContain(word, ready, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync("/../readyz", null)).Status);
    }

    [Fact]
    public async Task Readiness_ForAnAdministrator_NamesNodeAndIssuers()
    {
        var (status, text) = await world.Mary.TryAsync(HttpMethod.Get, "/readyz");

        Assert.Equal(HttpStatusCode.OK, status);
        var ready = JsonNode.Parse(text)!;
        Assert.Equal("gw-test", (string?)ready["node"]);
        Assert.Contains(ready["parts"]!.AsArray(), static part => (string?)part!["name"] == "keys of hospital-idp");
        Assert.Contains(ready["parts"]!.AsArray(), static part => (string?)part!["name"] == "routes" && (bool)part["ready"]!);
    }

    [Fact]
    public async Task Readiness_WithAKeyThatIsNone_IsRefused()
    {
        using var nobody = new AdminClient(world.Gateway.Admin, "nobody-0123456789012345678901234567890123456789");

        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.TryAsync(HttpMethod.Get, "/readyz")).Status);
    }
}
