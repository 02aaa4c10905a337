using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Tests.Common.Admin.Fakes;

/// <summary>What is read from a registry in memory; tells what was deleted, as the databases do.</summary>
internal sealed class FakeRegistrySource(FakeRegistryStore store) : IRegistrySource
{
    /// <summary>Gives it to a server whose registry is in memory, beside the store.</summary>
    public static void Add(IServiceCollection services) =>
        services.AddSingleton<IRegistrySource>(static all => new FakeRegistrySource(
            (FakeRegistryStore)all.GetRequiredService<IRegistryStore>()
        ));

    public Task<RegistryChanges> LoadAllAsync(CancellationToken cancellationToken) => LoadSinceAsync(-1, cancellationToken);

    public async Task<RegistryChanges> LoadSinceAsync(long revision, CancellationToken cancellationToken)
    {
        var now = await store.GetRevisionAsync(cancellationToken);
        return new RegistryChanges(now, [.. store.Items.Where(item => item.Revision > revision)], [], []);
    }

    public Task WaitForChangeAsync(TimeSpan atMost, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ReportNodeAsync(NodeStatus status, CancellationToken cancellationToken) => Task.CompletedTask;
}
