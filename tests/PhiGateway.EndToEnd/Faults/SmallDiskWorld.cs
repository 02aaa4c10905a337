using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd.Faults;

/// <summary>One node with the embedded store whose journal is on a disk of 24 MiB.</summary>
public sealed class SmallDiskWorld : GatewayWorld
{
    internal SmallDisk Disk { get; private set; } = null!;

    private protected override string Provider => "Sqlite";

    // A store that is away is given up after so long, and said to be.
    private protected override async Task<(string Registry, string Audit)> CreateStoresAsync()
    {
        var (registry, audit) = await base.CreateStoresAsync();
        return (registry, audit + ";Default Timeout=5");
    }

    private protected override void Shape(JsonObject configuration)
    {
        Disk ??= SmallDisk.Create(Path.Combine(Folder, "disk"), 24);
        var journal = configuration["PhiGateway"]!["Audit"]!["Journal"]!;
        journal["Directory"] = Path.Combine(Disk.Path, "journal");
        journal["Budget"] = "64 MiB";
    }

    public override async ValueTask DisposeAsync()
    {
        // Ended before its disk goes; it is let go of with the rest of the world.
        if (Gateway is not null)
        {
            await Gateway.StopAsync();
        }

        Disk?.Dispose();
        await base.DisposeAsync();
    }
}
