using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd.Faults;

/// <summary>A node that was away (paused, resumed from a snapshot of its machine) does not answer by what it knew before.</summary>
public sealed class PauseTests(PostgresWorld world) : IClassFixture<PostgresWorld>
{
    [Fact]
    public async Task Resume_RevokedWhileTheNodeWasPaused_AnswersNobodyByWhatItKnew()
    {
        var lab = await world.TokenAsync(world.Lab);
        var ward = await world.TokenAsync(world.Ward);
        await using var node = world.PrepareNode("gw-paused");
        await node.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await world.GetFromAsync(node, "/Patient/f001", lab)).Status);
        Assert.Equal(HttpStatusCode.OK, (await world.GetFromAsync(node, "/Patient/f001", ward)).Status);

        await node.SignalAsync("STOP");
        await world.Wei.PostAsync($"clients/{world.Lab.ClientId}:revoke", new { reason = "contract ended" });
        await Task.Delay(TimeSpan.FromSeconds(4));
        var asked = Enumerable.Range(0, 16).Select(_ => world.GetFromAsync(node, "/Patient/f001", lab)).ToArray();
        var permitted = Enumerable.Range(0, 4).Select(_ => world.GetFromAsync(node, "/Patient/f001", ward)).ToArray();
        await node.SignalAsync("CONT");

        Assert.All(await Task.WhenAll(asked), static reply => Assert.NotEqual(HttpStatusCode.OK, reply.Status));
        Assert.All(await Task.WhenAll(permitted), static reply => Assert.Equal(HttpStatusCode.OK, reply.Status));
        Assert.Equal("revoked", (await world.GetFromAsync(node, "/Patient/f001", lab)).Code);
    }
}
