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
        await InTrailAsync(world, between.DecisionId);
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
            await WriteAsync(
                world.Mary,
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

    private static Task RevokeAsync(GatewayWorld world, string reason) =>
        WriteAsync(
            world.Wei,
            "revocations",
            new
            {
                target = "client",
                value = world.Lab.ClientId,
                reason,
            }
        );

    // While the database moves, and until every pooled connection to the old one is found dead, a call may fail: an operator repeats it.
    // One that failed may still have been written: then it is there already.
    private static async Task WriteAsync(AdminClient operatorClient, string plural, object document)
    {
        var again = false;
        while (true)
        {
            var (status, body) = await operatorClient.TryAsync(HttpMethod.Post, plural, document);
            if (status == HttpStatusCode.Created || (again && status == HttpStatusCode.Conflict))
            {
                return;
            }

            Assert.True((int)status >= 500, $"{status} {body}");
            again = true;
            await Task.Delay(100);
        }
    }

    // Likewise for an auditor: the trail cannot be read for as long, and holds the record once it was shipped.
    private static async Task InTrailAsync(GatewayWorld world, string decisionId)
    {
        while (true)
        {
            var (status, body) = await world.Wei.TryAsync(HttpMethod.Get, $"audit?id={decisionId}");
            if (status == HttpStatusCode.OK && JsonNode.Parse(body)!["items"]!.AsArray().Count > 0)
            {
                return;
            }

            Assert.True(status == HttpStatusCode.OK || (int)status >= 500, $"{status} {body}");
            await Task.Delay(50);
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
