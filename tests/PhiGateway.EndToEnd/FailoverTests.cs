using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// The registry's primary dies and its standby takes over: the node serves on, follows, and forgets nothing that it enforced.
/// </summary>
public sealed class FailoverTests
{
    [Fact]
    public async Task PrimaryKilled_StandbyPromoted_ServesOnAndFollowsIt()
    {
        await using var world = new FailoverWorld();
        await world.InitializeAsync();
        var (lab, ward) = (await world.TokenAsync(world.Lab), await world.TokenAsync(world.Ward));
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", lab)).Status);
        await world.Primary.CaughtUpAsync();

        // 1. Nobody writes the registry: the last good snapshot serves, and says so.
        await world.Primary.StopAsync();
        var between = await world.GetAsync("/Patient/f001", lab);
        Assert.Equal(HttpStatusCode.OK, between.Status);

        // 2. The standby takes over: a revocation made there is in force here, others are served on.
        await world.Standby.PromoteAsync();
        await RevokeAsync(world, "over");
        await UntilAsync(world, lab, "revoked");
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", ward)).Status);

        // 3. What was decided while there was no database is in the trail of the new primary.
        Assert.NotEmpty(await world.TrailAsync(between.DecisionId));
    }

    [Fact]
    public async Task StandbyThatLaggedPromoted_IsRefusedWhileOlder_AndForgetsNoRevocation()
    {
        await using var world = new FailoverWorld();
        await world.InitializeAsync();
        var (lab, ward) = (await world.TokenAsync(world.Lab), await world.TokenAsync(world.Ward));
        await world.Primary.CaughtUpAsync();

        // 1. The standby is cut off; what the node enforces from now on never reaches it.
        await world.Standby.StopAsync();
        await RevokeAsync(world, "leak");
        await UntilAsync(world, lab, "revoked");
        await world.Primary.StopAsync();
        await world.Standby.StartAsync();
        await world.Standby.PromoteAsync();

        // 2. The new primary is older than what this node has enforced: refused, said so, and nothing is undone.
        await ReadyzAsync(world, "which this node has enforced");
        Assert.Equal("revoked", (await world.GetAsync("/Patient/f001", lab)).Code);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", ward)).Status);

        // 3. Others write on, past that revision: it is read anew as a whole, and the revocation that it lost stays in force and is named.
        for (var number = 0; number < 5; number++)
        {
            await world.Mary.CreateAsync(
                "organizations",
                new
                {
                    id = $"later-{number}",
                    kind = "internal",
                    name = "Later",
                }
            );
        }

        await ReadyzAsync(world, "1 revocations that this node enforces are not in the registry");
        Assert.Equal("revoked", (await world.GetAsync("/Patient/f001", lab)).Code);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", ward)).Status);

        // 4. Written anew, all is well.
        await RevokeAsync(world, "leak, again");
        await ReadyzAsync(world, "are not in the registry", present: false);
        Assert.Equal("revoked", (await world.GetAsync("/Patient/f001", lab)).Code);
    }

    // Until the registry can be written again; a call that failed is repeated.
    private static async Task RevokeAsync(GatewayWorld world, string reason)
    {
        while (true)
        {
            var (status, body) = await world.Wei.TryAsync(
                HttpMethod.Post,
                "revocations",
                new
                {
                    target = "client",
                    value = world.Lab.ClientId,
                    reason,
                }
            );
            if (status == HttpStatusCode.Created)
            {
                return;
            }

            Assert.True((int)status >= 500, $"{status} {body}");
            await Task.Delay(100);
        }
    }

    private static async Task UntilAsync(GatewayWorld world, string token, string code)
    {
        while ((await world.GetAsync("/Patient/f001", token)).Code is var found && found != code)
        {
            Assert.Null(found);
            await Task.Delay(20);
        }
    }

    private static async Task ReadyzAsync(GatewayWorld world, string words, bool present = true)
    {
        using var http = new HttpClient { BaseAddress = world.Gateway.Admin };
        while (true)
        {
            using var answer = await http.GetAsync("/readyz");
            var message = (string)
                JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["parts"]!
                    .AsArray()
                    .Single(part => (string)part!["name"]! == "snapshot")!["message"]!;
            if (message.Contains(words, StringComparison.Ordinal) == present)
            {
                return;
            }

            await Task.Delay(50);
        }
    }
}
