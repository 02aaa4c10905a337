using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Replay;

/// <summary>Registers past requests decided again; called once by the control plane's composition.</summary>
internal static class ReplayRegistration
{
    /// <summary>Replays and narrower grants.</summary>
    public static IServiceCollection AddReplay(this IServiceCollection services) => services.AddSingleton<ReplayCommands>();
}
