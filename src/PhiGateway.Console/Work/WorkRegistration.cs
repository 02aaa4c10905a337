using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Console.Work;

/// <summary>Registers what goes on behind the pages; called once by the console's composition.</summary>
internal static class WorkRegistration
{
    /// <summary>What takes longer than a page may, and what persons begin.</summary>
    public static IServiceCollection AddWork(this IServiceCollection services) =>
        services.AddSingleton<LongWork>().AddSingleton<CountsBehind>().AddSingleton<Jobs>();
}
