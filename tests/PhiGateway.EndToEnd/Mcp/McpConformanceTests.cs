using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd.Mcp;

/// <summary>The protocol's own conformance suite, of what the door offers: the handshake, ping, its tools, and no way in for a page.</summary>
public sealed class McpConformanceTests(McpWorld world) : IClassFixture<McpWorld>
{
    [Fact]
    public async Task Suite_OfWhatTheDoorOffers_Passes()
    {
        var results = await RunAsync("server-initialize", "ping", "tools-list");

        Assert.Equal(["server-initialize", "ping", "tools-list"], results.Select(static scenario => scenario.Key));
        foreach (var (scenario, checks) in results)
        {
            Assert.NotEmpty(checks!.AsArray());
            Assert.All(
                checks.AsArray(),
                check => Assert.True((string?)check!["status"] is "SUCCESS" or "INFO", $"{scenario}: {check.ToJsonString()}")
            );
        }
    }

    // The suite's other check wants pages of this machine let in, which a server without tokens is for; here none has business.
    [Fact]
    public async Task Suite_OfAPageThatNamesAnotherHost_FindsNoWayIn()
    {
        var checks = (await RunAsync("dns-rebinding-protection"))["dns-rebinding-protection"]!.AsArray();

        var rejected = checks.Single(static check => (string?)check!["id"] == "localhost-host-rebinding-rejected")!;
        Assert.True((string?)rejected["status"] == "SUCCESS", rejected.ToJsonString());
        var accepted = checks.Single(static check => (string?)check!["id"] == "localhost-host-valid-accepted")!;
        Assert.Contains("got 403", (string?)accepted["error"], StringComparison.Ordinal);
    }

    private async Task<JsonObject> RunAsync(params string[] scenarios) =>
        JsonNode
            .Parse(
                await NodePeers.RunAsync(
                    "clients/mcp-conformance.mjs",
                    new Dictionary<string, string>
                    {
                        ["SERVER"] = world.Base + "/mcp",
                        ["TOKEN"] = await world.TokenAsync(world.Lab),
                        ["SCENARIOS"] = JsonSerializer.Serialize(scenarios),
                    }
                )
            )!
            .AsObject();
}
