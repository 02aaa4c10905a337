namespace PhiGateway.Gateway.Admit;

/// <summary>The services of this room, for the data plane's composition.</summary>
internal static class AdmitRegistration
{
    /// <summary>Whether there is room.</summary>
    public static IServiceCollection AddAdmit(this IServiceCollection services) =>
        services.AddSingleton<ClientGates>().AddSingleton<RefusalBrake>().AddSingleton<QuotaKeeper>().AddSingleton<AdmitStage>();
}
