using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd.Proof;

/// <summary>Two nodes on one Postgres; the second witnesses the log of the first, which asks it every second.</summary>
public sealed class WitnessWorld : PostgresWorld
{
    internal GatewayProcess Second { get; private set; } = null!;

    /// <summary>The published key of the witness.</summary>
    internal string WitnessKey { get; private set; } = string.Empty;

    internal string Journal => Path.Combine(Folder, "journal");

    /// <summary>Folder of the first node's published log.</summary>
    internal string PublishedLog => Directory.GetDirectories(Path.Combine(Journal, "log")).Single();

    private string Logs => Path.Combine(Folder, "witnessed-logs");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await File.WriteAllTextAsync(Logs, "# as the logs publish them\n");
        Second = PrepareNode("gw-second");
        await Second.StartAsync();
        WitnessKey = (await File.ReadAllTextAsync(Path.Combine(Folder, "gw-second", "journal", "witness", "vkey"))).Trim();

        // The witness reads the keys of logs again by itself; the log's node is told of its witness at its next start.
        await File.AppendAllTextAsync(Logs, await File.ReadAllTextAsync(Path.Combine(PublishedLog, "vkeys")));
        await Gateway.StopAsync();
        var file = Path.Combine(Folder, $"gateway-{Gateway.Data.Port}.json");
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        configuration["PhiGateway"]!["Audit"]!["Log"] = new JsonObject
        {
            ["WitnessEvery"] = "00:00:01",
            ["Witnesses"] = new JsonArray(
                new JsonObject
                {
                    ["Name"] = "second",
                    ["Address"] = new Uri(Second.Admin, "/witness").ToString(),
                    ["Key"] = WitnessKey,
                }
            ),
        };
        await File.WriteAllTextAsync(file, configuration.ToJsonString());
        await Gateway.StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await Second.DisposeAsync();
        await base.DisposeAsync();
    }

    private protected override void Shape(JsonObject configuration)
    {
        if ((string?)configuration["PhiGateway"]!["Node"] == "gw-second")
        {
            configuration["PhiGateway"]!["Audit"]!["Witness"] = new JsonObject { ["LogsFile"] = Logs };
        }
    }
}
