using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd;

/// <summary>One node on a Postgres primary with a streaming standby, both named in its connection strings.</summary>
public sealed class FailoverWorld : GatewayWorld
{
    internal PostgresCluster Primary { get; private set; } = null!;

    internal PostgresCluster Standby { get; private set; } = null!;

    private protected override string Provider => "Postgres";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var cluster in new[] { Standby, Primary }.Where(static cluster => cluster is not null))
        {
            await cluster.DisposeAsync();
        }
    }

    private protected override async Task<(string Registry, string Audit)> CreateStoresAsync()
    {
        Primary = await PostgresCluster.StartNewAsync();
        Standby = await Primary.StartStandbyAsync();
        return (await NameAsync(), await NameAsync());
    }

    private async Task<string> NameAsync()
    {
        var database = PostgresCluster.DatabaseOf(await Primary.CreateDatabaseAsync());
        return PostgresCluster.ConnectionString(Primary, Standby, database);
    }
}
