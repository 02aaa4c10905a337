using System.Text.Json.Nodes;
using Npgsql;
using PhiGateway.EndToEnd.Peers;

namespace PhiGateway.EndToEnd;

/// <summary>Three nodes on one Postgres, administered through the first.</summary>
public sealed class FleetWorld : PostgresWorld
{
    internal IReadOnlyList<GatewayProcess> Nodes { get; private set; } = [];

    /// <summary>Known to the identity provider, admitted by whoever wants a quota for them.</summary>
    internal IdentityProviderClient Counted { get; } = Client("counted-app");

    /// <summary>The same, for a day of its own.</summary>
    internal IdentityProviderClient Alone { get; } = Client("counted-alone");

    internal IdentityProviderClient Paced { get; } = Client("counted-paced");

    private protected override IReadOnlyList<IdentityProviderClient> MoreClients => [Counted, Alone, Paced];

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

    /// <summary>Admits a client that may see so many patients a day, and waits until each node lets it in; it has seen one then.</summary>
    /// <returns>Its token.</returns>
    internal Task<string> AdmitCountedAsync(IdentityProviderClient client, int patientsPerDay) =>
        AdmitLimitedAsync(client, new { distinctPatientsPerDay = patientsPerDay });

    /// <summary>Admits a client with these limits, and waits until each node lets it in.</summary>
    /// <returns>Its token.</returns>
    internal async Task<string> AdmitLimitedAsync(IdentityProviderClient client, object limits)
    {
        var id = client.ClientId;
        await Mary.CreateAsync(
            "clients",
            new
            {
                id,
                useCase = "ward-charting",
                owner = "mary.smith@hospital.example",
                environment = "production",
                limits,
            }
        );
        await Mary.CreateAsync(
            "credentials",
            new
            {
                id = id + "-oidc",
                client = id,
                issuer = "hospital-idp",
                clientId = id,
            }
        );
        await Mary.PostAsync($"clients/{id}:attest");
        await Mary.PostAsync($"clients/{id}:submit");
        var posture = await Wei.GetAsync($"clients/{id}/posture");
        await Wei.PostAsync($"clients/{id}:approve", new { fingerprint = posture["fingerprint"]!.GetValue<string>() });
        var token = await TokenAsync(client);
        await Task.WhenAll(Nodes.Select(node => UntilAsync(node, token, static reply => (int)reply.Status == 200)));
        return token;
    }

    private static IdentityProviderClient Client(string id) =>
        new(id, "system/*.rs")
        {
            ClientSecret = $"{id}-secret-for-tests-0123456789",
            Claims = new JsonObject { ["purpose_of_use"] = new JsonArray("TREAT") },
        };
}
