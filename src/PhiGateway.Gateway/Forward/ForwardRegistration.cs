namespace PhiGateway.Gateway.Forward;

/// <summary>
/// Registers the Forward stage with what it does before a call goes upstream; called once by the data plane's composition.
/// </summary>
internal static class ForwardRegistration
{
    /// <summary>What goes upstream.</summary>
    public static IServiceCollection AddForward(this IServiceCollection services) =>
        services.AddSingleton<OwnerNotice>().AddSingleton<ForwardStage>();
}
