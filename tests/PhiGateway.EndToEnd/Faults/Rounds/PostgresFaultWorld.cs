using System.Data.Common;
using Npgsql;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.Faults.Rounds;

/// <summary>On a Postgres of its own, which is stopped as a crash would.</summary>
public sealed class PostgresFaultWorld : FaultWorld
{
    private PostgresCluster? _cluster;

    private protected override string Provider => "Postgres";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    internal override DbConnection Connect() => new NpgsqlConnection(Store + ";Pooling=false");

    internal override Task StopStoreAsync() => _cluster!.StopAsync();

    internal override Task StartStoreAsync() => _cluster!.StartAsync();

    private protected override async Task<(string Registry, string Audit)> CreateStoresAsync()
    {
        _cluster = await PostgresCluster.StartNewAsync();
        return (await _cluster.CreateDatabaseAsync(), await _cluster.CreateDatabaseAsync());
    }
}
