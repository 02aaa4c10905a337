namespace PhiGateway.Gateway.Decide;

/// <summary>Registers the Decide stage; called once by the data plane's composition.</summary>
internal static class DecideRegistration
{
    /// <summary>Whether it is approved, and whether it still is.</summary>
    public static IServiceCollection AddDecide(this IServiceCollection services) =>
        services.AddSingleton<StillOpen>().AddSingleton<RenewedTokens>().AddSingleton<HabitKeeper>().AddSingleton<DecideStage>();
}
