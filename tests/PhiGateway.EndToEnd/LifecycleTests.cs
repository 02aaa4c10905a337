using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>What happens over time, on Postgres: revoked, killed, restarted, the database away and back.</summary>
public sealed class LifecycleTests(PostgresWorld world) : IClassFixture<PostgresWorld>
{
    [Fact]
    public async Task Path_ThroughChangesCrashesAndOutages_OpensAndClosesAsItShould()
    {
        // 1. Open.
        var lab = await world.TokenAsync(world.Lab);
        var ward = await world.TokenAsync(world.Ward);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", lab)).Status);

        // 2. The vendor's product changes: what was approved no longer stands, and nobody had to notice.
        await world.Mary.PatchAsync("organizations/acme-lab", new { modules = new[] { "results-connector@5" } });
        await UntilAsync("/Patient/f001", lab, "approval-stale");

        // 3. A second person approves exactly what now stands.
        await world.Mary.PostAsync($"clients/{world.Lab.ClientId}:submit");
        var posture = await world.Wei.GetAsync($"clients/{world.Lab.ClientId}/posture");
        var fingerprint = posture["fingerprint"]!.GetValue<string>();
        await world.Wei.PostAsync($"clients/{world.Lab.ClientId}:approve", new { fingerprint });
        await UntilAsync("/Patient/f001", lab, null);

        // 4. kill -9: whatever was released is in the trail, and the node comes back with its journal.
        var before = await world.GetAsync("/Patient/f001", lab);
        await world.Gateway.KillAsync();
        await world.Gateway.StartAsync();
        Assert.NotEmpty(await world.TrailAsync(before.DecisionId));
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", lab)).Status);

        // 5. The database goes away: the node serves from its snapshot, recording as before.
        await world.Cluster.StopAsync();
        var during = await world.GetAsync("/Patient/f001", lab);
        Assert.Equal(HttpStatusCode.OK, during.Status);
        await world.Gateway.StopAsync();
        await world.Gateway.StartAsync(untilReady: false);
        await UntilAsync("/Patient/f001", lab, null);

        // 6. It comes back: the trail catches up, changes are taken again.
        await world.Cluster.StartAsync();
        Assert.NotEmpty(await world.TrailAsync(during.DecisionId));
        await world.Wei.PostAsync($"clients/{world.Lab.ClientId}:revoke", new { reason = "contract ended" });
        await UntilAsync("/Patient/f001", lab, "revoked");
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", ward)).Status);
    }

    // The change is in force when the node says so; how fast that is, is measured elsewhere.
    private async Task UntilAsync(string path, string token, string? code)
    {
        while (true)
        {
            var reply = await world.GetAsync(path, token);
            if (reply.Code == code)
            {
                Assert.Equal(code is null ? HttpStatusCode.OK : HttpStatusCode.Forbidden, reply.Status);
                return;
            }

            await Task.Delay(20);
        }
    }
}
