using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Configuration;
using PhiGateway.Identity.Issuers;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Signals;

/// <summary>Registers the receiver of shared signals; called once by the control plane's composition.</summary>
internal static class SignalsRegistration
{
    /// <summary>Adds it; the host, which asks for it where transmitters are configured, registers <see cref="ISingleUses"/>.</summary>
    public static IServiceCollection AddSignals(this IServiceCollection services, AdminOptions options)
    {
        // Where nobody is listened to there is nothing to remember, and no keys.
        if (options.Signals.Options.Transmitters.Count > 0)
        {
            services.AddSingleton<IHeldKeys>(static provider => provider.GetRequiredService<SharedSignals>());
        }

        return services
            .AddSingleton<SignalTrail>()
            .AddSingleton<SignalBrake>()
            .AddSingleton<SignalEffects>()
            .AddSingleton<SignalSilence>()
            .AddSingleton(static provider => new SharedSignals(
                provider.GetRequiredService<AdminOptions>(),
                provider.GetRequiredService<SignalEffects>(),
                provider.GetRequiredService<SignalTrail>(),
                provider.GetRequiredService<SignalSilence>(),
                provider.GetRequiredService<ISingleUses>(),
                provider.GetRequiredService<ISnapshotSource>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<SharedSignals>>()
            ));
    }
}
