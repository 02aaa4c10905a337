using PhiGateway.Admin.Configuration;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage;
using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>The admin API over a real database, one of its own per test.</summary>
internal sealed class StoredAdmin : IAsyncDisposable
{
    private readonly StorageLocation _location;
    private readonly RegistryStorage _storage;

    private StoredAdmin(StorageLocation location, RegistryStorage storage, AdminServer server) =>
        (_location, _storage, Server) = (location, storage, server);

    public AdminServer Server { get; }

    public IRegistryStore Store => _storage.Store;

    public static async Task<StoredAdmin> OpenAsync(StorageLocation location, Action<AdminOptions>? configure = null)
    {
        var storage = RegistryStorage.Create(location.Options);
        await storage.Migrator.MigrateAsync(default);
        return new StoredAdmin(location, storage, await AdminServer.StartAsync(configure, registry: storage.Store));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _storage.DisposeAsync();
        await _location.DisposeAsync();
    }
}
