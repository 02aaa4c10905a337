using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.EndToEnd.Admin;

/// <summary>A client that a generator writes from the published document compiles and runs a journey against the running API.</summary>
public sealed class GeneratedClientTests
{
    [Fact]
    public async Task GeneratedClient_CompiledStrictly_RunsTheJourney()
    {
        await using var server = await AdminServer.StartAsync();
        var output = await NodePeers.RunAsync(
            "admin/client.mjs",
            new Dictionary<string, string>
            {
                ["ADMIN_SERVER"] = server.Address.ToString().TrimEnd('/'),
                ["OPERATOR_KEY"] = server.KeyOf("olga"),
                ["APPROVER_KEY"] = server.KeyOf("anna"),
            }
        );
        var steps = output.Split('\n');
        Assert.Equal(["approved", "posture", "list", "stale", "dry run", "planned true", "revoked", "revocations"], steps[^8..]);
        Assert.Equal("revoked", (string)(await server.GetAsync("/admin/v1/clients/acme-connector")).Json["status"]!);
    }
}
