using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd;

/// <summary>One node on a Postgres cluster of its own, which tests may stop and start.</summary>
public class PostgresWorld : GatewayWorld
{
    internal PostgresCluster Cluster { get; private set; } = null!;

    private protected override string Provider => "Postgres";

    public override async ValueTask InitializeAsync()
    {
        Cluster = await PostgresCluster.StartNewAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    private protected override async Task<(string Registry, string Audit)> CreateStoresAsync() =>
        (Cluster.ConnectionString(await Cluster.CreateDatabaseAsync()), Cluster.ConnectionString(await Cluster.CreateDatabaseAsync()));
}
