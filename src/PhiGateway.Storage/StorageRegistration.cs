using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage;

/// <summary>Registers the stores as implementations of their interfaces; called by composition roots only.</summary>
public static class StorageRegistration
{
    /// <summary>
    /// Adds <see cref="RegistryStorage"/>, <see cref="IRegistryStore"/>, <see cref="IRegistrySource"/> and one
    /// <see cref="IStorageMigrator"/>.
    /// </summary>
    /// <exception cref="StorageException">The options make no sense.</exception>
    public static IServiceCollection AddRegistryStorage(this IServiceCollection services, StorageOptions options)
    {
        options.ThrowIfInvalid();
        return services
            .AddSingleton(p => RegistryStorage.Create(options, p.GetService<TimeProvider>()))
            .AddSingleton(p => p.GetRequiredService<RegistryStorage>().Store)
            .AddSingleton(p => p.GetRequiredService<RegistryStorage>().Source)
            .AddSingleton(p => p.GetRequiredService<RegistryStorage>().Migrator);
    }

    /// <summary>Adds <see cref="AuditStorage"/>, <see cref="IAuditStore"/> and one more <see cref="IStorageMigrator"/>.</summary>
    /// <exception cref="StorageException">The options make no sense.</exception>
    public static IServiceCollection AddAuditStorage(this IServiceCollection services, StorageOptions options)
    {
        options.ThrowIfInvalid();
        return services
            .AddSingleton(p => AuditStorage.Create(options, p.GetService<TimeProvider>()))
            .AddSingleton(p => p.GetRequiredService<AuditStorage>().Store)
            .AddSingleton(p => p.GetRequiredService<AuditStorage>().Reports)
            .AddSingleton(p => p.GetRequiredService<AuditStorage>().Keeping)
            .AddSingleton(p => p.GetRequiredService<AuditStorage>().Migrator);
    }
}
