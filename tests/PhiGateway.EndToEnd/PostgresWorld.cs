using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd;

/// <summary>One node on a Postgres cluster of its own, which tests may stop and start.</summary>
public class PostgresWorld : GatewayWorld
{
    internal PostgresCluster Cluster { get; private set; } = null!;

    private protected override string Provider => "Postgres";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Cluster is not null)
        {
            await Cluster.DisposeAsync();
        }
    }

    private protected override async Task<(string Registry, string Audit)> CreateStoresAsync()
    {
        Cluster = await PostgresCluster.StartNewAsync();
        return (await Cluster.CreateDatabaseAsync(), await Cluster.CreateDatabaseAsync());
    }
}
