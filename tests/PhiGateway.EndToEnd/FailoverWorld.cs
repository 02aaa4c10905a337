using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd;

/// <summary>One node on a Postgres primary with a streaming standby, both named in its connection strings.</summary>
public sealed class FailoverWorld : GatewayWorld
{
    internal PostgresCluster Primary { get; private set; } = null!;

    internal PostgresCluster Standby { get; private set; } = null!;

    private protected override string Provider => "Postgres";

    public override async ValueTask InitializeAsync()
    {
        Primary = await PostgresCluster.StartNewAsync();
        Standby = await Primary.StartStandbyAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Standby.DisposeAsync();
        await Primary.DisposeAsync();
    }

    private protected override async Task<(string Registry, string Audit)> CreateStoresAsync() => (await NameAsync(), await NameAsync());

    private async Task<string> NameAsync()
    {
        var database = new Npgsql.NpgsqlConnectionStringBuilder(await Primary.CreateDatabaseAsync()).Database!;
        return PostgresCluster.ConnectionString(Primary, Standby, database);
    }
}
