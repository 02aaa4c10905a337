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
    public async Task Readiness_OfARunningNode_TellsPartsAndNothingElse()
    {
        using var http = new HttpClient { BaseAddress = world.Gateway.Admin };
        await world.GetAsync("/Patient/canary-patient-2d90", world.Token);

        var ready = await http.GetStringAsync("/readyz");

        Assert.Equal(["ready", "node", "revision", "parts"], JsonNode.Parse(ready)!.AsObject().Select(member => member.Key));
        foreach (
            var word in new[]
            {
                "canary-patient-2d90",
                world.Folder,
                world.Backend.Base,
                "backend-secret",
                "Data Source",
                world.Ward.ClientId,
            }
        )
        {
            Assert.DoesNotContain(word, ready, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync("/../readyz", null)).Status);
    }
}
