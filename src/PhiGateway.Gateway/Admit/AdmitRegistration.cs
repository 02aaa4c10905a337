namespace PhiGateway.Gateway.Admit;

/// <summary>
/// Registers the Admit stage with the clients' gates and the keeper of quotas; called once by the data plane's composition.
/// </summary>
internal static class AdmitRegistration
{
    /// <summary>Whether there is room.</summary>
    public static IServiceCollection AddAdmit(this IServiceCollection services) =>
        services
            .AddSingleton<ClientGates>()
            .AddSingleton<RefusalBrake>()
            .AddSingleton<QuotaKeeper>()
            .AddSingleton<TaskCounter>()
            .AddSingleton<AdmitStage>();
}
