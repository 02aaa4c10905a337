using Microsoft.AspNetCore.Builder;
using Npgsql;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Benchmarks.Fleet;

/// <summary>Gateways on one Postgres, with a backend and tokens; all of it on loopback and gone afterwards.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-fleet-").FullName;
    private WebApplication? _backend;
    private PostgresCluster _postgres = null!;
    private readonly Dictionary<(RegistryStorage Registry, int Writer), long> _versions = [];
    private string _registry = string.Empty;
    private string _audit = string.Empty;
    private int _backendPort;

    public FleetTokens Tokens { get; } = new();

    public RegistryStorage Registry { get; private set; } = null!;

    public List<FleetNode> Nodes { get; } = [];

    public static async Task<Fleet> StartAsync(int nodes, int clients, int members)
    {
        var fleet = new Fleet { _postgres = await PostgresCluster.StartNewAsync() };
        fleet._registry = await fleet._postgres.CreateDatabaseAsync();
        fleet.Registry = RegistryStorage.Create(
            new StorageOptions { Provider = StorageProvider.Postgres, ConnectionString = fleet._registry }
        );
        await FleetRegistry.FillAsync(fleet.Registry, clients, members);
        fleet._audit = await fleet._postgres.CreateDatabaseAsync();
        fleet._backendPort = LoopbackPort.Free();
        fleet._backend = await FleetBackend.StartAsync(fleet._backendPort);
        await fleet.Tokens.WriteJwksAsync(fleet.Jwks);
        for (var i = 0; i < nodes; i++)
        {
            await fleet.AddNodeAsync();
        }

        return fleet;
    }

    private string Jwks => Path.Combine(_folder, "jwks.json");

    public async Task<FleetNode> AddNodeAsync()
    {
        var name = $"gw-{Nodes.Count + 1}";
        var node = await FleetNode.StartAsync(
            name,
            Path.Combine(_folder, name),
            _registry,
            _audit,
            Jwks,
            LoopbackPort.Free(),
            LoopbackPort.Free(),
            _backendPort
        );
        Nodes.Add(node);
        return node;
    }

    /// <summary>Changes so many documents of a writer in one transaction; each writer calls it in turn.</summary>
    public async Task ChangeAsync(RegistryStorage registry, int writer, int documents)
    {
        long version;
        lock (_versions)
        {
            _versions.TryGetValue((registry, writer), out version);
            _versions[(registry, writer)] = version + 1;
        }

        var writes = Enumerable
            .Range(writer * documents, documents)
            .Select(number => FleetRegistry.ChangeOf(number, version, $"Vendor as of change {version}"))
            .ToList();
        var result = await registry.Store.WriteAsync(writes, "fleet", CancellationToken.None);
        if (result is not RegistryWriteResult.Written)
        {
            throw new InvalidOperationException("A change was not taken.");
        }
    }

    /// <summary>A registry in a database of its own beside the fleet's, which no node follows; the caller disposes it.</summary>
    public async Task<RegistryStorage> CreateUnfollowedAsync()
    {
        var registry = RegistryStorage.Create(
            new StorageOptions { Provider = StorageProvider.Postgres, ConnectionString = await _postgres.CreateDatabaseAsync() }
        );
        await registry.Migrator.MigrateAsync(CancellationToken.None);
        return registry;
    }

    /// <summary>Changes are committed and nobody is told.</summary>
    public async Task SilenceNotifyAsync()
    {
        await using var connection = new NpgsqlConnection(_registry);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("ALTER TABLE registry_revision DISABLE TRIGGER USER", connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        if (_backend is not null)
        {
            await _backend.DisposeAsync();
        }

        await Registry.DisposeAsync();
        await _postgres.DisposeAsync();
        Tokens.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
