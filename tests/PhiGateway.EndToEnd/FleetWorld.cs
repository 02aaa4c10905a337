using Npgsql;

namespace PhiGateway.EndToEnd;

/// <summary>Three nodes on one Postgres, administered through the first.</summary>
public sealed class FleetWorld : PostgresWorld
{
    internal IReadOnlyList<GatewayProcess> Nodes { get; private set; } = [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Nodes = [Gateway, PrepareNode("gw-second"), PrepareNode("gw-third")];
        await Task.WhenAll(Nodes.Skip(1).Select(static node => node.StartAsync()));
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes.Skip(1))
        {
            await node.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    /// <summary>What an operator sees of a node.</summary>
    internal static async Task<string> ReadinessOfAsync(GatewayProcess node)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(node.Admin, "/readyz"));
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Does something while the database is away.</summary>
    internal async Task WithoutDatabaseAsync(Func<Task> act)
    {
        await Cluster.StopAsync();
        try
        {
            await act();
        }
        finally
        {
            await Cluster.StartAsync();
        }
    }

    /// <summary>Something done to the registry behind everybody's back.</summary>
    internal async Task ExecuteAsync(string sql)
    {
        // Not from the pool: its connections may be of before the database went away.
        await using var connection = new NpgsqlConnection(
            await File.ReadAllTextAsync(Path.Combine(Folder, "registry.connection")) + ";Pooling=false"
        );
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Waits until a node answers a read so; how fast is measured elsewhere.</summary>
    internal async Task<Reply> UntilAsync(GatewayProcess node, string token, Func<Reply, bool> expected, string path = "/Patient/f001")
    {
        while (true)
        {
            var reply = await GetFromAsync(node, path, token);
            if (expected(reply))
            {
                return reply;
            }

            await Task.Delay(20);
        }
    }
}
