using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin.AuthZen;

/// <summary>By a registry that is out of sight other systems are told that nothing is permitted, whichever way they ask.</summary>
public sealed class OutOfSightTests
{
    private const string Question = """
        {"subject":{"type":"client","id":"nina"},"action":{"name":"read"},"resource":{"type":"Observation","id":"o-1","properties":{"patient":"p-1","labels":[]}}}
        """;

    [Fact]
    public async Task Evaluate_RegistryOutOfSight_Denies()
    {
        await using var server = await ScenarioServer.StartAsync();
        await ScenarioServer.OpenAsync(
            server,
            "nina",
            """{"types":["Observation"],"interactions":["read","search"],"patients":{"any":true}}"""
        );
        var source = (AdminServerPorts.StoredSnapshots)server.Services.GetRequiredService<ISnapshotSource>();

        var before = await ScenarioServer.AskAsync(server, Question);
        source.IsOutOfSight = true;
        var away = await ScenarioServer.AskAsync(server, Question);
        var search = Searched.Replace("\"subject\":{", "\"subject\":{", StringComparison.Ordinal);
        var found = await ScenarioServer.AskAsync(server, search, "/access/v1/search/subject");

        Assert.True((bool)before.Json["decision"]!, before.Text);
        Assert.False((bool)away.Json["decision"]!);
        Assert.Equal("snapshot-too-old", (string?)away.Json["context"]!["reason"]);
        Assert.Equal(503, found.Status);
    }

    private static string Searched
    {
        get
        {
            var question = JsonNode.Parse(Question)!;
            question["subject"]!.AsObject().Remove("id");
            return question.ToJsonString();
        }
    }
}
