using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Console.Http;

/// <summary>Registers what stands between a request and its page; called once by the console's composition.</summary>
internal static class HttpRegistration
{
    /// <summary>Writes pages, and keeps the steps that wait for a fresh sign-in.</summary>
    public static IServiceCollection AddHttp(this IServiceCollection services) =>
        services.AddSingleton<PageWriter>().AddSingleton<HeldScreen>().AddSingleton<AskedSeal>();
}
