using System.Data.Common;
using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd.Faults.Rounds;

/// <summary>One node in front of an upstream that notes what it applied; killed and started again and again, with or without its store.</summary>
public abstract class FaultWorld : GatewayWorld
{
    internal NotingUpstream Upstream { get; private set; } = null!;

    /// <summary>Folder of the node's journal.</summary>
    internal string Journal => Path.Combine(Folder, "journal");

    /// <summary>The node's configuration file.</summary>
    internal string ConfigurationFile => Path.Combine(Folder, $"gateway-{Gateway.Data.Port}.json");

    /// <summary>Connection string of the trail's store.</summary>
    private protected string Store => File.ReadAllText(Path.Combine(Folder, "audit.connection"));

    /// <summary>A connection to the trail's store, past the gateway; not open yet.</summary>
    internal abstract DbConnection Connect();

    /// <summary>The store takes nothing more, as suddenly as it can.</summary>
    internal abstract Task StopStoreAsync();

    /// <summary>And takes again.</summary>
    internal abstract Task StartStoreAsync();

    public override async ValueTask InitializeAsync()
    {
        Upstream = await NotingUpstream.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    private protected override void Shape(JsonObject configuration)
    {
        configuration["ReverseProxy"]!["Clusters"]!["ehr"]!["Destinations"]!["a"]!["Address"] = Upstream.Base;
        configuration["PhiGateway"]!["Audit"]!["Log"] = new JsonObject { ["ExportEvery"] = "00:00:01" };
    }
}
