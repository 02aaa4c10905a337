using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Configuration;

namespace PhiGateway.Admin.Http;

/// <summary>Registers what all endpoints share on their way; called once by the control plane's composition.</summary>
internal static class HttpCallRegistration
{
    /// <summary>The answers of calls that may be repeated, and the room of what is held.</summary>
    public static IServiceCollection AddHttp(this IServiceCollection services) =>
        services
            .AddSingleton<IdempotencyFilter>()
            .AddSingleton(static provider =>
            {
                var options = provider.GetRequiredService<AdminOptions>();
                return new SpoolRoom(options.SpoolDirectory, options.SpoolBytes, exhausted: options.CountExhausted);
            });
}
