using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.Tests.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.EndToEnd;

/// <summary>A new installation can be entered also when its database came up after it.</summary>
public sealed class FirstKeyTests
{
    [Fact]
    public async Task Start_DatabaseAwayAtTheFirstStart_FirstKeyIsMadeWhenItAnswers()
    {
        await using var cluster = await PostgresCluster.StartNewAsync();
        using var folder = new StartupFolder();
        File.WriteAllText(folder.At("registry.connection"), cluster.ConnectionString(await cluster.CreateDatabaseAsync()));
        File.WriteAllText(folder.At("audit.connection"), cluster.ConnectionString(await cluster.CreateDatabaseAsync()));
        folder.Gateway["Registry"] = new JsonObject
        {
            ["Provider"] = "Postgres",
            ["ConnectionString"] = $"file:{folder.At("registry.connection")}",
        };
        folder.Gateway["Audit"]!["Store"] = new JsonObject
        {
            ["Provider"] = "Postgres",
            ["ConnectionString"] = $"file:{folder.At("audit.connection")}",
        };
        await cluster.StopAsync();
        await using var gateway = folder.Prepare();
        await gateway.StartAsync(untilReady: false);

        await cluster.StartAsync();

        using var admin = new AdminClient(gateway.Admin, StartupFolder.BootstrapKey);
        while ((await admin.TryAsync(HttpMethod.Get, "config/status")).Status != HttpStatusCode.OK)
        {
            await Task.Delay(50);
        }
    }
}
