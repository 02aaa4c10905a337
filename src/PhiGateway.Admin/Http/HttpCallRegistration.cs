using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Http;

/// <summary>Registers what all endpoints share on their way; called once by the control plane's composition.</summary>
internal static class HttpCallRegistration
{
    /// <summary>The answers of calls that may be repeated.</summary>
    public static IServiceCollection AddHttp(this IServiceCollection services) => services.AddSingleton<IdempotencyFilter>();
}
